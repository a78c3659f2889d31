// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.cli.render.Feed;
import dev.pullcast.cli.render.Samples;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class GatewayClientIT {
    private static final PullEvent COMPLETED =
            new PullEvent.JobCompleted("job-1", Samples.START, null, JobResult.SUCCEEDED, 1, 1, 0, 0, 0, null);

    private final ScriptedServer server;
    private final GatewayClient client;

    GatewayClientIT() throws IOException {
        server = new ScriptedServer();
        client = new GatewayClient(server.url(), "secret");
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Nested
    class Enqueueing {
        private final PullJob job = PullJob.of("job-1", List.of(ImageRequest.of("alpine")));

        @Test
        void sendsTheJobAsJson() throws IOException {
            server.answer("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n\r\n{\"id\":\"job-1\"}");
            client.enqueue(job);
            assertThat(server.heads().getFirst())
                    .startsWith("POST /v1/pulls HTTP/1.1\nHost: " + server.url().substring(7) + "\n")
                    .contains("\nAuthorization: Bearer secret\n", "\nContent-Type: application/json\n")
                    .endsWith("\n\n" + ContractJson.mapper().writeValueAsString(job));
        }

        @Test
        void aJobIsCancelledByItsId() throws IOException {
            server.answer("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n\r\n{\"id\":\"a b\"}");
            client.cancel("a b");
            assertThat(server.heads().getFirst()).startsWith("DELETE /v1/pulls/a%20b HTTP/1.1\n");
        }

        @Test
        void aProblemIsToldInItsOwnWords() {
            String problem = "{\"title\":\"Invalid job\",\"detail\":\"images: at least one\",\"status\":400}";
            server.answer("HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + "5;x=y\r\n" + problem.substring(0, 5) + "\r\n"
                    + Integer.toHexString(problem.length() - 5) + "\r\n" + problem.substring(5)
                    + "\r\n0\r\nTrailer: x\r\n\r\n");
            assertThatThrownBy(() -> client.enqueue(job))
                    .isInstanceOfSatisfying(
                            GatewayClient.Refused.class,
                            e -> assertThat(e.status()).isEqualTo(400))
                    .hasMessage("Invalid job: images: at least one");
        }

        @Test
        void anAnswerThatIsNotHttpIsSaidToBeNone() {
            server.answer("SSH-2.0-OpenSSH_9.2\r\n");
            assertThatThrownBy(() -> client.enqueue(job)).hasMessage("not an HTTP answer: 'SSH-2.0-OpenSSH_9.2'");
        }

        @Test
        void anAnswerThatEndsTooEarlyIsAnError() {
            server.answer("HTTP/1.1 500 Error\r\nContent-Length: 100\r\n\r\n{\"title\":");
            assertThatThrownBy(() -> client.enqueue(job)).isInstanceOf(EOFException.class);
        }
    }

    @Nested
    class Following {
        private final List<Feed> heard = new ArrayList<>();

        @Test
        void endsWithTheJob() {
            server.stream("id: c1", event(Samples.started("alpine")), "", "id: c2", event(COMPLETED), "");
            follow();
            assertThat(heard)
                    .containsExactly(
                            new Feed.Event(Samples.started("alpine")), new Feed.Event(COMPLETED), new Feed.End(null));
        }

        @Test
        void resumesAfterTheLastCursorWhenTheStreamIsCut() {
            server.stream("retry: 100", "id: c1", event(Samples.queued("alpine")), "", "id: c2", "data: cut off");
            server.stream("id: c3", event(Samples.started("alpine")), "", "id: c4", event(COMPLETED), "");
            JobFollower follower = follow();
            assertThat(server.heads()).hasSize(2);
            assertThat(server.heads().get(0)).doesNotContain("Last-Event-ID");
            assertThat(server.heads().get(1)).contains("\nLast-Event-ID: c1\n");
            assertThat(heard).hasSize(4).last().isEqualTo(new Feed.End(null));
            assertThat(follower.ledger().missing()).isZero();
            assertThat(follower.ledger().seen()).isEqualTo(3);
        }

        /** WHATWG: an id counts at the end of its block, with or without data. */
        @Test
        void resumesAfterAnIdThatCameAloneBehindTheLastEvent() {
            server.stream("retry: 100", "id: c1", event(Samples.queued("alpine")), "", "id: c2", "", "id: c3");
            server.stream("", "id: c4", "", "");
            server.stream("");
            server.stream("id: c5", event(COMPLETED), "");
            follow();
            assertThat(server.heads()).hasSize(4);
            assertThat(server.heads().get(1)).contains("\nLast-Event-ID: c2\n");
            assertThat(server.heads().get(2)).contains("\nLast-Event-ID: c4\n");
            assertThat(server.heads().get(3)).contains("\nLast-Event-ID: c4\n");
        }

        @Test
        void startsAfreshWhenItsCursorIsNotUnderstood() {
            server.stream("retry: 100", "id: c1", event(Samples.queued("alpine")), "");
            server.answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            server.stream("id: c3", event(COMPLETED), "");
            follow();
            assertThat(server.heads()).hasSize(3);
            assertThat(server.heads().get(2)).doesNotContain("Last-Event-ID");
            assertThat(heard).last().isEqualTo(new Feed.End(null));
        }

        @Test
        void aRefusalThatCannotHealEndsItWithTheGatewaysWords() {
            server.answer("HTTP/1.1 401 Unauthorized\r\nContent-Length: 24\r\n\r\n{\"title\":\"Unauthorized\"}");
            follow();
            assertThat(heard).containsExactly(new Feed.End("the gateway at " + server.url() + " says: Unauthorized"));
        }

        @Test
        void aSnapshotOfACompletedJobIsItsEnd() {
            server.stream(
                    "event: snapshot",
                    "data: {\"time\":\"2026-05-04T10:00:00Z\",\"workers\":[],\"jobs\":[{\"id\":\"other\",\"state\":"
                            + "\"running\"},{\"id\":\"job-1\",\"state\":\"completed\",\"images\":[],\"workers\":[],"
                            + "\"message\":\"no worker matched\"}]}",
                    "");
            follow();
            assertThat(heard).hasSize(3);
            assertThat(heard.get(1)).isEqualTo(new Feed.Note("no worker matched"));
            assertThat(heard.get(2)).isEqualTo(new Feed.End(null));
        }

        @Test
        void lossesThatTheGatewayAdmitsAreCounted() {
            server.stream("event: gap", "data: {\"lost\":12}", "", event(COMPLETED), "");
            assertThat(follow().ledger().missing()).isEqualTo(12);
            assertThat(heard.getFirst()).isInstanceOf(Feed.Note.class);
        }

        @Test
        void anOutageOfKafkaAndItsEndAreToldAndEndNothing() {
            server.stream(
                    "event: degraded",
                    "data: {\"degraded\":true,\"since\":\"2026-01-31T12:00:00Z\",\"message\":\"Kafka does not answer\"}",
                    "",
                    "event: degraded",
                    "data: {\"degraded\":false,\"message\":\"Kafka answers again\"}",
                    "",
                    event(COMPLETED),
                    "");
            follow();
            assertThat(heard)
                    .containsExactly(
                            new Feed.Note("gateway: Kafka does not answer; pulls go on, and news follows when it does"),
                            new Feed.Note("gateway: Kafka answers again"),
                            new Feed.Event(COMPLETED),
                            new Feed.End(null));
        }

        @Test
        void whatEndsAStreamIsToldInItsOwnWords() {
            server.stream("event: error", "data: {\"status\":404,\"title\":\"There is no job job-1.\"}", "");
            server.answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            follow();
            assertThat(heard).hasSize(2).first().isEqualTo(new Feed.Note("gateway: There is no job job-1."));
        }

        @Test
        void ofEverythingItGivesStateWorkersAndEventsAndResumesUntilItIsClosed() throws InterruptedException {
            String worker = "{\"worker\":\"east\",\"live\":true}";
            server.stream(
                    "retry: 100",
                    "id: c1",
                    "event: snapshot",
                    "data: {\"time\":\"2026-05-04T10:00:00Z\",\"jobs\":[],\"workers\":[]}",
                    "",
                    "event: worker",
                    "data: " + worker,
                    "");
            server.stream("id: c2", event(Samples.queued("alpine")), "", "id: c3", event(COMPLETED), "");
            BlockingQueue<Feed> fleet = new LinkedBlockingQueue<>();
            try (JobFollower follower = new JobFollower(client, null, false, fleet::add)) {
                Thread.ofVirtual().start(follower::run);
                assertThat(fleet.take()).isInstanceOf(Feed.All.class);
                assertThat(fleet.take())
                        .isInstanceOfSatisfying(
                                Feed.Worker.class,
                                w -> assertThat(w.worker().status().worker()).isEqualTo("east"));
                assertThat(fleet.take()).isEqualTo(new Feed.Event(Samples.queued("alpine")));
                assertThat(fleet.take()).isEqualTo(new Feed.Event(COMPLETED));
            }
            assertThat(server.heads().get(0)).startsWith("GET /v1/events HTTP/1.1\n");
            assertThat(server.heads().get(1)).contains("\nLast-Event-ID: c1\n");
        }

        private JobFollower follow() {
            try (JobFollower follower = new JobFollower(client, "job-1", false, heard::add)) {
                follower.run();
                return follower;
            }
        }

        private static String event(PullEvent event) {
            return "event: " + event.type() + "\ndata: " + ContractJson.mapper().writeValueAsString(event);
        }
    }
}
