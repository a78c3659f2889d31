// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImagePull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.Rollout;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.view.JobOptions;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.PullView;
import dev.pullcast.contract.view.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The list of jobs, how the connection is, and what a person can start and stop. */
class DashboardIT extends OpenDashboard {
    private static final String BAR = JOB_ROW + " [role=progressbar]";

    @Nested
    class AnImageThatArrives {
        @Test
        void movesTheJobBarToItsEnd() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            gateway.send(story.progress(WORKER, IMAGE, 25));
            awaitBar(BAR, 25);
            assertThat(browser.text(JOB_ROW)).contains(IMAGE, "running", "0 of 1 there", "12.5 MB/s");
            gateway.send(story.progress(WORKER, IMAGE, 61.8));
            awaitBar(BAR, 61);
            gateway.send(story.succeeded(WORKER, IMAGE), story.completed(JobResult.SUCCEEDED, 1, 0));
            awaitBar(BAR, 100);
            awaitText(JOB_ROW, "succeeded");
            awaitText("#announce", "Job succeeded");
            assertThat(browser.console()).isEmpty();
        }

        @Test
        void neverRunsBackwardsWhenAWorkerRepeatsItself() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            gateway.send(story.progress(WORKER, IMAGE, 80), story.progress(WORKER, IMAGE, 10));
            gateway.send(story.succeeded(WORKER, IMAGE), story.failed(WORKER, IMAGE, "too late"));
            awaitText(JOB_ROW, "1 of 1 there");
            assertThat(browser.text(JOB_ROW)).doesNotContain("too late");
        }
    }

    @Nested
    class AnImageThatDoesNotArrive {
        @Test
        void isShownFirstWithItsReasonAndWhatToDo() {
            gateway.send(story.accepted(List.of(WORKER), "alpine:3.20", IMAGE), story.started(WORKER, IMAGE));
            gateway.send(story.failed(WORKER, IMAGE, "manifest unknown"));
            awaitText(JOB_ROW + " .failure", "not-found");
            assertThat(browser.text(JOB_ROW + " .failure"))
                    .contains(IMAGE + " on " + WORKER, "manifest unknown", "Check the repository and the tag");
            awaitText("#announce", IMAGE + " failed on " + WORKER + ": not-found");
            openTheJob();
            assertThat(browser.text("#failures")).contains("not-found", "Check the repository and the tag");
        }

        @Test
        void bringsItsJobBeforeThoseThatGoWell() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE), story.failed(WORKER, IMAGE, "manifest unknown"));
            gateway.send(new Story("second").accepted(List.of(WORKER), "redis:7"));
            awaitCount(JOB_ROW, 2);
            assertThat(texts(JOB_ROW + " h2")).hasToString("[" + IMAGE + ", redis:7]");
            browser.click("#job-filters [data-filter=failed]");
            awaitCount(JOB_ROW, 1);
            awaitText(JOB_ROW, IMAGE);
        }

        @Test
        void isShownOnceForAllWorkersThatFailedAlike() {
            List<String> workers = List.of("node-1", "node-2", "node-3", "node-4", "node-5");
            gateway.send(story.accepted(workers, IMAGE));
            workers.forEach(worker -> gateway.send(story.failed(worker, IMAGE, "manifest unknown")));
            awaitText(JOB_ROW + " .failure", IMAGE + " on node-1, node-2, node-3 and 2 more workers");
            assertThat(browser.count(JOB_ROW + " .failure")).isOne();
            awaitText("#announce", "5 pulls failed");
        }

        @Test
        void saysWhyAJobWasRejected() {
            gateway.send(story.rejected("images[0]: must be lower case"));
            awaitText(JOB_ROW, "must be lower case");
            awaitText(JOB_ROW + " .badge", "rejected");
        }
    }

    @Nested
    class WhenTheConnectionIsLost {
        @Test
        void itSaysSoAndComesBackWithWhatHappenedMeanwhile() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            awaitText(JOB_ROW, IMAGE);
            gateway.refuse(503);
            gateway.cut();
            awaitConnection("The gateway does not answer, trying again");
            assertThat(browser.text(JOB_ROW)).contains(IMAGE);
            gateway.begin(new Snapshot(Instant.now(), List.of(), List.of(Story.worker(WORKER, true))));
            gateway.refuse(0);
            awaitConnection("Live");
            awaitText("#total-workers", "1 of 1");
            assertThat(browser.count(JOB_ROW)).isZero();
        }

        @Test
        void itAsksAnewForTheStateAfterAGap() {
            gateway.begin(new Snapshot(Instant.now(), List.of(), List.of(Story.worker(WORKER, true))));
            gateway.send("gap", Map.of("lost", 7));
            awaitText("#notice", "missed some updates");
            awaitText("#total-workers", "1 of 1");
        }

        @Test
        void itSaysWhyTheStateBeginsAnew() {
            gateway.send("reset", Map.of("reason", "the position is older than what Kafka keeps"));
            gateway.send("snapshot", new Snapshot(Instant.now(), List.of(), List.of(Story.worker(WORKER, true))));
            awaitText("#notice", "the position is older than what Kafka keeps");
            awaitText("#total-workers", "1 of 1");
        }

        @Test
        void itSaysSinceWhenKafkaIsAwayUntilThatIsOver() {
            gateway.send(
                    "degraded",
                    Map.of("degraded", true, "since", "2026-01-01T08:00:00Z", "message", "Kafka does not answer"));
            awaitText("#notice", "Kafka does not answer");
            assertThat(browser.text("#notice")).startsWith("Since ").contains(":00:00");
            gateway.send(Story.worker(WORKER, false)); // workers expire at the gateway itself
            awaitText("#total-workers", "0 of 1");
            assertThat(browser.text("#notice")).contains("Kafka does not answer");
            gateway.send("degraded", Map.of("degraded", false, "message", "Kafka answers again"));
            browser.await("no notice", () -> browser.text("#notice").isEmpty());
        }
    }

    @Nested
    class WhenThereIsNothingYet {
        @Test
        void itSaysWhatToDo() {
            awaitText("#no-jobs", "curl " + gateway.url() + "v1/pulls");
            awaitText("#no-jobs", "pullcast pull --gateway");
            openAddress("#/workers");
            awaitText("#no-workers", "pullcast worker");
            openAddress("#/jobs/none");
            awaitText("#job-missing", "not known");
        }
    }

    @Nested
    class APerson {
        @Test
        void startsAJobAndIsTakenToIt() {
            gateway.answer(202, "{\"id\":\"job-9\",\"state\":\"pending\"}");
            browser.click("#new");
            browser.type("#images", "alpine:3.20\nbusybox");
            browser.type("#target", "node-1, zone=eu-1");
            browser.click("#new-send");
            awaitText("#job-badge", "pending");
            awaitText("#job-title", "alpine:3.20 and 1 more");
            assertThat(gateway.requests())
                    .containsExactly("POST /v1/pulls {\"images\":[\"alpine:3.20\",\"busybox\"],\"target\":"
                            + "{\"mode\":\"all\",\"workers\":[\"node-1\"],\"labels\":{\"zone\":\"eu-1\"}}}");
        }

        @Test
        void seesWhomAJobWouldReachBeforeItIsSent() {
            gateway.send(Story.worker("node-1", true));
            gateway.send(Story.worker("node-2", true));
            gateway.send(Story.worker("node-3", false));
            awaitText("#total-workers", "2 of 3");
            browser.click("#new");
            awaitText("#target-preview", "2 workers: node-1, node-2");
            browser.type("#target", "node-2");
            awaitText("#target-preview", "1 worker: node-2");
            browser.type("#target", " zone=us");
            awaitText("#target-preview", "No live worker matches");
        }

        @Test
        void readsWhyAJobWasRefusedAndKeepsWhatWasTyped() {
            gateway.answer(400, "{\"detail\":\"The job cannot be accepted.\",\"reasons\":[\"images[0]: no tag\"]}");
            browser.click("#new");
            browser.type("#images", "alpine:");
            browser.click("#new-send");
            awaitText("#new-error", "The job cannot be accepted. images[0]: no tag");
            assertThat(browser.run("return document.querySelector('#images').value"))
                    .isEqualTo("alpine:");
        }

        @Test
        void cancelsAJobAfterSayingYes() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE));
            openTheJob();
            browser.click("#cancel");
            browser.click("#cancel-dialog button[value=cancel]");
            browser.await("a request", () -> !gateway.requests().isEmpty());
            assertThat(gateway.requests()).containsExactly("DELETE /v1/pulls/" + story.job);
            assertThat(browser.text("#cancel")).isEqualTo("Cancelling");
            gateway.send(story.completed(JobResult.CANCELLED, 0, 0));
            awaitText("#job-badge", "cancelled");
            assertThat(browser.text("#cancel")).isEmpty();
        }

        @Test
        void pausesAJobAndLetsItGoOn() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE));
            openTheJob();
            awaitText("#pause", "Pause");
            browser.click("#pause");
            awaitText("#pause", "Pausing");
            browser.await("a request", () -> !gateway.requests().isEmpty());
            gateway.send(story.paused(true, List.of(WORKER), IMAGE));
            awaitText("#job-badge", "paused");
            awaitText("#pause", "Resume");
            browser.click("#pause");
            awaitText("#pause", "Resuming");
            browser.await("another", () -> gateway.requests().size() == 2);
            gateway.send(story.paused(false, List.of(WORKER), IMAGE));
            awaitText("#job-badge", "running");
            awaitText("#pause", "Pause");
            assertThat(gateway.requests())
                    .containsExactly(
                            "PATCH /v1/pulls/" + story.job + " {\"paused\":true}",
                            "PATCH /v1/pulls/" + story.job + " {\"paused\":false}");
            gateway.send(story.completed(JobResult.SUCCEEDED, 1, 0));
            browser.await("no button", () -> browser.text("#pause").isEmpty());
        }

        @Test
        void readsWhyAJobCannotBePaused() {
            gateway.answer(409, "{\"detail\":\"The job has ended.\"}");
            gateway.send(story.accepted(List.of(WORKER), IMAGE));
            openTheJob();
            awaitText("#pause", "Pause");
            browser.click("#pause");
            awaitText("#notice", "The job has ended.");
            awaitText("#pause", "Pause");
        }

        @Test
        void pullsAgainExactlyWhatFailedAsItWasAskedFor() {
            PullJob asked = new PullJob(
                    story.job,
                    List.of(
                            new ImageRequest("alpine:3.20", "linux/arm64", null, new Credentials("hub", null)),
                            ImageRequest.of(IMAGE)),
                    PullPolicy.ALWAYS,
                    Target.EVERYBODY,
                    2,
                    null,
                    null,
                    600,
                    Rollout.AT_ONCE,
                    Keeping.NONE,
                    ImagePull.USUAL,
                    new Credentials("team", null),
                    "team-a",
                    Map.of("release", "7"));
            gateway.send(story.accepted(List.of("node-1", "node-2", "node-3"), "alpine:3.20", IMAGE));
            gateway.send(story.failed("node-2", IMAGE, "manifest unknown"));
            gateway.send(story.completed(JobResult.FAILED, 2, 4));
            gateway.job(new JobView(
                    story.job,
                    JobView.State.COMPLETED,
                    "team-a",
                    Map.of("release", "7"),
                    Instant.now(),
                    Instant.now(),
                    JobResult.FAILED,
                    List.of(),
                    List.of("node-1", "node-2", "node-3"),
                    33,
                    0,
                    null,
                    2,
                    0,
                    4,
                    0,
                    List.of(),
                    null,
                    JobOptions.of(asked),
                    List.of(
                            Story.ended(story.job, "node-1", "alpine:3.20", "linux/arm64", PullView.State.FAILED),
                            Story.ended(story.job, "node-1", IMAGE, null, PullView.State.SUCCEEDED),
                            Story.ended(story.job, "node-2", "alpine:3.20", "linux/arm64", PullView.State.SUCCEEDED),
                            Story.ended(story.job, "node-2", IMAGE, null, PullView.State.FAILED),
                            Story.ended(story.job, "node-3", "alpine:3.20", "linux/arm64", PullView.State.SUCCEEDED),
                            Story.ended(story.job, "node-3", IMAGE, null, PullView.State.FAILED)),
                    null));
            gateway.answer(202, "{\"id\":\"again\"}");
            openTheJob();
            awaitText("#again", "Pull what failed again");
            browser.click("#again");
            String common = "\"project\":\"team-a\",\"labels\":{\"release\":\"7\"},\"pullPolicy\":\"Always\","
                    + "\"parallelism\":2,\"activeDeadlineSeconds\":600,\"credentials\":{\"name\":\"team\"}}";
            browser.await("both jobs were sent", () -> gateway.requests().size() == 2);
            assertThat(gateway.requests())
                    .containsExactly(
                            "POST /v1/pulls {\"images\":[{\"image\":\"alpine:3.20\",\"platform\":\"linux/arm64\","
                                    + "\"credentials\":{\"name\":\"hub\"}}],"
                                    + "\"target\":{\"mode\":\"all\",\"workers\":[\"node-1\"]}," + common,
                            "POST /v1/pulls {\"images\":[{\"image\":\"" + IMAGE + "\"}],"
                                    + "\"target\":{\"mode\":\"all\",\"workers\":[\"node-2\",\"node-3\"]}," + common);
        }

        @Test
        void findsJobsByTheirWords() {
            gateway.send(
                    story.accepted(List.of(WORKER), IMAGE), new Story("second").accepted(List.of("other"), "redis:7"));
            awaitCount(JOB_ROW, 2);
            browser.run("document.activeElement.blur()");
            browser.press("/");
            browser.press("redis");
            awaitCount(JOB_ROW, 1);
            awaitText(JOB_ROW, "redis:7");
            browser.run("document.querySelector('#search').select()");
            browser.press("nowhere");
            awaitText("#no-match", "No job matches");
        }
    }

    @Nested
    class BehindALogin {
        @Test
        void thePageLeadsToTheLoginAndSaysWhereToComeBackTo() {
            openAddress("#/workers");
            gateway.session(401, "{}");
            gateway.refuse(401);
            gateway.cut();
            awaitTheLogin("?next=%2F%23%2Fworkers");
        }

        @Test
        void aPersonSeesWhoTheyAreAndLogsOut() {
            knownAs("{\"name\":\"ana\",\"roles\":[\"read\",\"enqueue\"]}");
            awaitText("#who-name", "ana");
            assertThat(browser.text("#new")).isEqualTo("Pull images");
            browser.click("#logout");
            awaitTheLogin("?next=");
            assertThat(gateway.requests()).containsExactly("DELETE /v1/session");
        }

        @Test
        void aReaderIsNotOfferedWhatTheyMayNotDo() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE));
            openTheJob();
            awaitText("#cancel", "Cancel job");
            knownAs("{\"name\":\"bo\",\"roles\":[\"read\"]}");
            awaitText("#who-name", "bo");
            browser.await("no form", () -> browser.text("#new").isEmpty());
            awaitConnection("Live");
            gateway.send(story.accepted(List.of(WORKER), IMAGE));
            awaitText("#job-badge", "running");
            assertThat(browser.text("#cancel")).isEmpty();
        }

        /** The page asks who it is for when it was refused. */
        private void knownAs(String session) {
            gateway.session(200, session);
            gateway.refuse(503);
            gateway.cut();
            awaitConnection("The gateway does not answer");
            gateway.refuse(0);
        }

        private void awaitTheLogin(String search) {
            browser.await(
                    "the login page",
                    () -> String.valueOf(browser.run("return location.pathname + location.search"))
                            .startsWith("/login.html" + search));
        }
    }

    @Nested
    class AListLongerThanAPage {
        @Test
        void isShownInPages() {
            for (int i = 0; i < 60; i++) {
                gateway.send(new Story("job-" + i).accepted(List.of(WORKER), IMAGE));
            }
            awaitCount(JOB_ROW, 50);
            browser.click("#more-jobs");
            awaitCount(JOB_ROW, 60);
            assertThat(browser.text("#more-jobs")).isEmpty();
        }
    }

    @Nested
    class TheGatewaysOwnSnapshot {
        @Test
        void showsJobsThatBeganBeforeThePageWasOpened() {
            JobView job = new JobView(
                    story.job,
                    JobView.State.PAUSED,
                    "team-a",
                    Map.of("release", "7"),
                    Instant.now(),
                    null,
                    null,
                    List.of(),
                    List.of(WORKER),
                    42.5,
                    21_250_000,
                    50_000_000L,
                    0,
                    0,
                    0,
                    0,
                    List.of(),
                    null,
                    null,
                    List.of(Story.view(story.job, WORKER, IMAGE, 42.5)),
                    null);
            gateway.begin(new Snapshot(Instant.now(), List.of(job), List.of(Story.worker(WORKER, true))));
            openAddress("#/jobs/" + story.job);
            awaitBar("#job-bar", 42);
            assertThat(browser.text("#job-badge")).isEqualTo("paused");
            assertThat(browser.text("#job-facts")).contains("release=7", "project team-a");
            assertThat(browser.text(CELL)).contains("42 %", "21.3 MB of 50.0 MB", "5.0 MB/s", "6 s left", "1/3 layers");
        }
    }
}
