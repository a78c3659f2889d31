// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.PullView;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.testkit.Browser;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The dashboard in headless Chromium, fed by a scripted gateway. */
class DashboardIT {
    private static final String IMAGE = "postgres:17";
    private static final String WORKER = "node-1";
    private static final String CARD = "#jobs > li";
    private static final String ROW = "#groups .pull";

    @SuppressWarnings("NullAway.Init") // by JUnit, before any test
    private static Browser browser;

    @SuppressWarnings("NullAway.Init")
    private ScriptedGateway gateway;

    private final Story story = new Story("01JKT0Q4W2S8V5N9X3B7C6D1EF");

    @BeforeAll
    static void startTheBrowser() {
        browser = Browser.start();
    }

    @AfterAll
    static void stopTheBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void openTheDashboard() throws IOException {
        gateway = new ScriptedGateway(Story.nothing());
        browser.resize(1280, 900, false);
        browser.prefer("light");
        browser.console(); // what earlier pages said
        browser.open(gateway.url());
        awaitConnection("Live");
    }

    @AfterEach
    void leave() {
        if (browser == null || gateway == null) {
            return;
        }
        browser.open("about:blank");
        gateway.close();
    }

    private void awaitConnection(String text) {
        browser.await("connection: " + text, () -> browser.text("#connection").startsWith(text));
    }

    private void awaitText(String css, String text) {
        browser.await(css + " shows " + text, () -> browser.text(css).contains(text));
    }

    private void awaitBar(String css, int percent) {
        String wanted = Integer.toString(percent);
        browser.await(
                css + " at " + percent,
                () -> browser.attribute(css, "aria-valuenow").equals(wanted));
    }

    private void openTheJob() {
        browser.await("a job", () -> browser.count(CARD) == 1);
        browser.click(CARD + " h3 a");
        browser.await("the job is open", () -> !browser.text("#job-title").isEmpty());
    }

    @Nested
    class AnImageThatArrives {
        @Test
        void movesTheJobBarToItsEnd() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            gateway.send(story.progress(WORKER, IMAGE, 25));
            awaitBar(CARD + " [role=progressbar]", 25);
            assertThat(browser.text(CARD)).contains(IMAGE, "running", "0 of 1 there", "12.5 MB/s");
            gateway.send(story.progress(WORKER, IMAGE, 61.8));
            awaitBar(CARD + " [role=progressbar]", 61);
            gateway.send(story.succeeded(WORKER, IMAGE), story.completed(JobResult.SUCCEEDED, 1, 0));
            awaitBar(CARD + " [role=progressbar]", 100);
            awaitText(CARD, "succeeded");
            awaitText("#announce", "Job succeeded");
            assertThat(browser.console()).isEmpty();
        }

        @Test
        void showsEachLayerWhenItsRowIsOpenedFromTheKeyboard() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            gateway.send(story.layer(WORKER, IMAGE, LayerPhase.DOWNLOADING, 0L));
            gateway.send(story.layer(WORKER, IMAGE, LayerPhase.DOWNLOADING, 20_000_000L));
            openTheJob();
            assertThat(browser.attribute(ROW + " .toggle", "aria-expanded")).isEqualTo("false");
            browser.run("document.querySelector(arguments[0]).focus()", ROW + " .toggle");
            browser.press(Keys.ENTER);
            awaitBar(ROW + " .layer [role=progressbar]", 20);
            assertThat(browser.attribute(ROW + " .toggle", "aria-expanded")).isEqualTo("true");
            assertThat(browser.text(ROW + " .layer"))
                    .contains("0a1b2c3d4e5f", "downloading", "20.0 MB of 50.0 MB", "20.0 MB/s", "2 s left");
            gateway.send(story.layer(WORKER, IMAGE, LayerPhase.EXTRACTING, 25_000_000L));
            awaitText(ROW + " .layer", "extracting");
            gateway.send(story.layer(WORKER, IMAGE, LayerPhase.COMPLETE, null), story.succeeded(WORKER, IMAGE));
            awaitBar(ROW + " .layer [role=progressbar]", 100);
            awaitText(ROW, "sha256:ab12ab12ab12");
            assertThat(browser.text(ROW)).contains("succeeded");
            browser.click("#log-box summary");
            awaitText("#log", "layer 0a1b2c3d4e5f extracting");
        }

        @Test
        void neverRunsBackwardsWhenAWorkerRepeatsItself() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            gateway.send(story.progress(WORKER, IMAGE, 80), story.progress(WORKER, IMAGE, 10));
            gateway.send(story.succeeded(WORKER, IMAGE), story.failed(WORKER, IMAGE, "too late"));
            awaitText(CARD, "1 of 1 there");
            assertThat(browser.text(CARD)).doesNotContain("too late");
        }
    }

    @Nested
    class AnImageThatDoesNotArrive {
        @Test
        void isShownFirstWithItsReasonAndWhatToDo() {
            gateway.send(story.accepted(List.of(WORKER), "alpine:3.20", IMAGE), story.started(WORKER, IMAGE));
            gateway.send(story.failed(WORKER, IMAGE, "manifest unknown"));
            awaitText(CARD + " .failure", "not-found");
            assertThat(browser.text(CARD + " .failure"))
                    .contains(IMAGE + " on " + WORKER, "manifest unknown", "Check the repository and the tag");
            awaitText("#announce", IMAGE + " failed on " + WORKER + ": not-found");
            openTheJob();
            assertThat(browser.text("#failures")).contains("not-found", "Check the repository and the tag");
        }

        @Test
        void isShownOnceForAllWorkersThatFailedAlike() {
            List<String> workers = List.of("node-1", "node-2", "node-3", "node-4", "node-5");
            gateway.send(story.accepted(workers, IMAGE));
            workers.forEach(worker -> gateway.send(story.failed(worker, IMAGE, "manifest unknown")));
            awaitText(CARD + " .failure", IMAGE + " on node-1, node-2, node-3 and 2 more workers");
            assertThat(browser.count(CARD + " .failure")).isOne();
        }

        @Test
        void saysWhyAJobWasRejected() {
            gateway.send(story.rejected("images[0]: must be lower case"));
            awaitText(CARD, "must be lower case");
            awaitText(CARD + " .badge", "rejected");
        }
    }

    @Nested
    class TextFromOutside {
        @Test
        void staysText() {
            String evil = "<img src=x onerror=window.hacked=1>";
            gateway.send(Story.worker("<b onclick=alert(1)>node</b>", true));
            gateway.send(story.accepted(List.of(WORKER), evil), story.started(WORKER, evil));
            gateway.send(story.failed(WORKER, evil, "<script>window.hacked=1</script>"));
            awaitText(CARD + " h3", evil);
            awaitText(CARD + " .failure", "<script>window.hacked=1</script>");
            awaitText("#workers", "<b onclick=alert(1)>node</b>");
            openTheJob();
            awaitText(ROW + " .toggle", evil);
            assertThat(browser.count("main img, main script, main b[onclick]")).isZero();
            assertThat(browser.run("return window.hacked ?? null")).isNull();
        }
    }

    @Nested
    class WhenTheConnectionIsLost {
        @Test
        void itSaysSoAndComesBackWithWhatHappenedMeanwhile() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            awaitText(CARD, IMAGE);
            gateway.refuse(true);
            gateway.cut();
            awaitConnection("Reconnecting");
            gateway.begin(new Snapshot(Instant.now(), List.of(), List.of(Story.worker(WORKER, true))));
            gateway.refuse(false);
            awaitConnection("Live");
            awaitText("#workers", WORKER);
            assertThat(browser.count(CARD)).isZero();
        }

        @Test
        void itAsksAnewForTheStateAfterAGap() {
            gateway.begin(new Snapshot(Instant.now(), List.of(), List.of(Story.worker(WORKER, true))));
            gateway.send("gap", Map.of("lost", 7));
            awaitText("#notice", "missed some updates");
            awaitText("#workers", WORKER);
        }

        @Test
        void itSaysThatTheGatewayIsDegradedUntilEventsComeAgain() {
            gateway.send("degraded", Map.of("reason", "Kafka does not answer"));
            awaitText("#notice", "Kafka does not answer");
            gateway.send(Story.worker(WORKER, true));
            browser.await("no notice", () -> browser.text("#notice").isEmpty());
        }
    }

    @Nested
    class WhenThereIsNothingYet {
        @Test
        void itSaysWhatToDo() {
            awaitText("#no-jobs", "curl " + gateway.url() + "v1/pulls");
            awaitText("#no-jobs", "pullcast pull --gateway");
            awaitText("#no-workers", "pullcast worker");
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
        void findsJobsAndWorkersByTheirWords() {
            gateway.send(Story.worker("node-1", true));
            gateway.send(Story.worker("other", false));
            gateway.send(
                    story.accepted(List.of(WORKER), IMAGE), new Story("second").accepted(List.of("other"), "redis:7"));
            browser.await("two jobs", () -> browser.count(CARD) == 2);
            browser.run("document.activeElement.blur()");
            browser.press("/");
            browser.press("redis");
            browser.await("one job", () -> browser.count(CARD) == 1);
            awaitText(CARD, "redis:7");
            browser.run("document.querySelector('#search').select()");
            browser.press("gone");
            browser.await("one worker", () -> browser.count("#workers > li") == 1);
            awaitText("#workers", "other");
        }
    }

    @Nested
    class OnEveryScreen {
        @Test
        void nothingIsWiderThanATelephoneAndAllTargetsAreLargeEnough() {
            String wide = "registry.example.com/" + "a".repeat(120) + ":latest";
            gateway.send(Story.worker("a-worker-with-a-name-of-sixty-characters-".repeat(2), true));
            gateway.send(story.accepted(List.of(WORKER), wide, IMAGE), story.started(WORKER, wide));
            gateway.send(story.layer(WORKER, wide, LayerPhase.DOWNLOADING, 1_000_000L));
            gateway.send(story.failed(WORKER, IMAGE, "x".repeat(300)));
            browser.resize(360, 740, true);
            awaitText(CARD + " .failure", "not-found");
            assertThatItFits();
            openTheJob();
            browser.click(ROW + " .toggle");
            browser.await("layers", () -> browser.count(ROW + " .layer") == 1);
            assertThatItFits();
            browser.click("#new");
            assertThatItFits();
        }

        private void assertThatItFits() {
            assertThat(browser.run("return document.scrollingElement.scrollWidth"))
                    .isEqualTo(360L);
            Object small = browser.run("""
                    return [...document.querySelectorAll('button, input:not([type=checkbox]), select, summary, .check, h3 a, .back')]
                      .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
                      .map(e => e.outerHTML + e.getBoundingClientRect().height)""");
            assertThat(small).isEqualTo(List.of());
        }

        @Test
        void itIsDarkForThoseWhoPreferIt() {
            String background = "return getComputedStyle(document.body).backgroundColor";
            Object light = browser.run(background);
            browser.prefer("dark");
            assertThat(browser.run(background)).isEqualTo("rgb(13, 19, 26)").isNotEqualTo(light);
        }
    }

    @Nested
    class WithAThousandWorkers {
        @Test
        void itDrawsAsMuchAsWasAskedFor() {
            List<String> workers = IntStream.range(0, 1000)
                    .mapToObj(i -> "node-%04d".formatted(i))
                    .toList();
            String[] images = IntStream.range(0, 10).mapToObj(i -> "image:" + i).toArray(String[]::new);
            gateway.send(story.accepted(workers, images));
            openTheJob();
            awaitText("#job-text", "0 of 10000 there");
            assertThat(browser.count(ROW)).isEqualTo(500);
            browser.run("document.querySelector('#more-groups').focus()");
            browser.press(Keys.ENTER);
            browser.await("more rows", () -> browser.count(ROW) == 1000);
            browser.type("#search", "node-0999 image:7");
            browser.await("the one looked for", () -> browser.count(ROW) == 1);
            for (int i = 1; i <= 100; i++) {
                gateway.send(story.progress("node-0999", "image:7", i));
            }
            awaitBar(ROW + " [role=progressbar]", 100);
        }
    }

    @Nested
    class TheGatewaysOwnSnapshot {
        @Test
        void showsPullsThatBeganBeforeThePageWasOpened() {
            PullView pull = new PullView(
                    story.job,
                    WORKER,
                    "p",
                    IMAGE,
                    "docker.io/library/" + IMAGE,
                    null,
                    null,
                    PullView.State.RUNNING,
                    1,
                    42.5,
                    21_000_000,
                    50_000_000L,
                    1,
                    3,
                    5_000_000L,
                    6L,
                    List.of(),
                    null,
                    null,
                    null,
                    null,
                    Instant.now());
            JobView job = new JobView(
                    story.job,
                    JobView.State.RUNNING,
                    null,
                    Map.of("release", "7"),
                    Instant.now(),
                    null,
                    null,
                    List.of(),
                    List.of(WORKER),
                    42.5,
                    0,
                    0,
                    0,
                    0,
                    List.of(),
                    null,
                    List.of(pull));
            gateway.begin(new Snapshot(Instant.now(), List.of(job), List.of(Story.worker(WORKER, true))));
            browser.open(gateway.url() + "?again#/jobs/" + story.job);
            awaitBar(ROW + " [role=progressbar]", 42);
            assertThat(browser.text(ROW)).contains("21.0 MB of 50.0 MB", "5.0 MB/s", "6 s left", "1/3 layers");
            assertThat(browser.text("#job-facts")).contains("release=7");
        }
    }
}
