// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the scripted engine puts on the wire, read byte by byte: the other tests rely on it. */
@Timeout(20)
class ScriptedEngineIT {
    private static final String PULL =
            "POST /v1.41/images/create?fromImage=127.0.0.1%3A5000%2Fa&tag=1 HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n";

    private ScriptedEngine engine;

    @BeforeEach
    void start() {
        engine = ScriptedEngine.start();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(engine.socket()));
        return channel;
    }

    private static void send(SocketChannel channel, String request) throws IOException {
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Reads until the text ends so, or the engine closes. */
    private static String read(SocketChannel channel, String end) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (!all.toString(StandardCharsets.UTF_8).endsWith(end) && channel.read(one.clear()) > 0) {
            all.write(one.get(0));
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private String ask(String request, String end) throws IOException {
        try (SocketChannel channel = connect()) {
            send(channel, request);
            return read(channel, end);
        }
    }

    @Nested
    class WithoutAScript {
        @Test
        void itPingsWithItsApiVersion() throws IOException {
            engine.apiVersion("1.44");
            assertThat(ask("GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n", "\r\n\r\nOK"))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("Api-Version: 1.44\r\n")
                    .endsWith("\r\n\r\nOK");
        }

        @Test
        void itAnswersHeadWithoutABodyAndKeepsTheConnection() throws IOException {
            try (SocketChannel channel = connect()) {
                send(channel, "HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n");
                assertThat(read(channel, "\r\n\r\n")).contains("Content-Length: 2\r\n");
                send(channel, "GET /version HTTP/1.1\r\nHost: d\r\n\r\n");
                assertThat(read(channel, "}")).startsWith("HTTP/1.1 200 ");
            }
        }

        @Test
        void itInspectsAndTagsTheImagesThatItHolds() throws IOException {
            String digest = "sha256:" + "a".repeat(64);
            engine.putImage("127.0.0.1:5000/a:1", digest);
            assertThat(ask("GET /images/127.0.0.1:5000/a:1/json HTTP/1.1\r\n\r\n", "}"))
                    .contains("\"RepoDigests\":[\"127.0.0.1:5000/a@" + digest + "\"]");
            assertThat(ask("GET /images/127.0.0.1:5000%2Fa:2/json HTTP/1.1\r\n\r\n", "}"))
                    .startsWith("HTTP/1.1 404 ");
            assertThat(ask(
                            "POST /v1.41/images/127.0.0.1:5000/a@" + digest
                                    + "/tag?repo=127.0.0.1:5000/a&tag=2 HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
                            "\r\n\r\n"))
                    .startsWith("HTTP/1.1 201 ");
            assertThat(ask("GET /images/127.0.0.1:5000%2Fa:2/json HTTP/1.1\r\n\r\n", "}"))
                    .startsWith("HTTP/1.1 200 ");
        }

        @Test
        void itRemembersWhatItWasAsked() throws IOException {
            ask(PULL, "}");
            EngineRequest request = engine.requests(EngineRoute.PULL).getFirst();
            assertThat(request.query())
                    .containsEntry("fromImage", "127.0.0.1:5000/a")
                    .containsEntry("tag", "1");
            assertThat(request.apiVersion()).isEqualTo("1.41");
            assertThat(request.path()).isEqualTo("/images/create");
            assertThat(request.headers()).containsEntry("host", "d");
        }
    }

    @Nested
    class WithAScript {
        @Test
        void itFramesEachLineAsAChunkAndEndsProperly() throws IOException {
            engine.whenPulled(EngineAnswer.lines("{\"status\":\"ä\"}"));
            assertThat(ask(PULL, "0\r\n\r\n"))
                    .endsWith("Transfer-Encoding: chunked\r\n\r\n11\r\n{\"status\":\"ä\"}\r\n\r\n0\r\n\r\n");
        }

        @Test
        void itSplitsAndGarbles() throws IOException {
            engine.whenPulled(EngineAnswer.stream().split(2, "abc").garble("!!").cut());
            assertThat(ask(PULL, "never")).endsWith("\r\n\r\n2\r\nab\r\n1\r\nc\r\n!!");
        }

        @Test
        void itCutsWithoutTheEnd() throws IOException {
            engine.whenPulled(EngineAnswer.stream().say("x").cut());
            assertThat(ask(PULL, "never")).endsWith("1\r\nx\r\n");
        }

        @Test
        void itClaimsAWrongLength() throws IOException {
            engine.whenPulled(EngineAnswer.wrongLength(500, "{}", 9));
            assertThat(ask(PULL, "never")).contains("Content-Length: 9\r\n").endsWith("\r\n\r\n{}");
        }

        @Test
        void itRefuses() throws IOException {
            engine.whenPulled(EngineAnswer.refuse());
            assertThat(ask(PULL, "never")).isEmpty();
        }

        @Test
        void itWaitsForTheTest() throws IOException {
            Gate gate = new Gate();
            engine.whenPulled(
                    EngineAnswer.stream().say("a").pause(gate).say("b").end());
            try (SocketChannel channel = connect()) {
                send(channel, PULL);
                assertThat(read(channel, "a\r\n")).endsWith("1\r\na\r\n");
                gate.open();
                assertThat(read(channel, "0\r\n\r\n")).isEqualTo("1\r\nb\r\n0\r\n\r\n");
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> engine.requests().getFirst().answered());
            assertThat(engine.requests().getFirst().clientLeft()).isFalse();
        }

        @Test
        void itNoticesThatTheClientLeft() throws IOException {
            engine.whenPulled(EngineAnswer.stream().say("a").stall());
            ask(PULL, "a\r\n");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> engine.requests().getFirst().clientLeft());
        }

        @Test
        void itGivesOneAnswerAfterTheOtherAndKeepsTheLast() throws IOException {
            engine.whenPulled(EngineAnswer.error(500, "first"), EngineAnswer.error(501, "last"));
            assertThat(ask(PULL, "}")).startsWith("HTTP/1.1 500 ");
            assertThat(ask(PULL, "}")).startsWith("HTTP/1.1 501 ");
            assertThat(ask(PULL, "}")).startsWith("HTTP/1.1 501 ");
        }

        @Test
        void itPrefersTheLaterRule() throws IOException {
            engine.whenPulled(EngineAnswer.error(500, "any"));
            engine.whenPulled("127.0.0.1:5000/", EngineAnswer.error(418, "this"));
            assertThat(ask(PULL, "}")).startsWith("HTTP/1.1 418 ");
        }

        @Test
        void itSendsAnEndlessLine() throws IOException {
            engine.whenPulled(EngineAnswer.stream().endless("xy", 200_000));
            assertThat(ask(PULL, "never").length()).isBetween(200_000, 300_000);
        }

        @Test
        void itReplaysARecording() throws IOException {
            Recording recording = Recordings.load("dockerd28-fresh-4-layers");
            engine.whenPulled(EngineAnswer.replay(recording));
            String wire = ask(PULL, "\r\n0\r\n\r\n");
            assertThat(wire).startsWith("HTTP/1.1 200 OK\r\n").contains("Api-Version: ");
            assertThat(wire.split("\\{\"status", -1)).hasSize(recording.chunks().size() + 1);
            engine.whenPulled(EngineAnswer.replay(Recordings.load("dockerd20-daemon-SIGTERM-mid-pull")));
            assertThat(ask(PULL, "\r\n0\r\n\r\n")).doesNotEndWith("\r\n0\r\n\r\n");
        }
    }

    @Nested
    class WhenItGoesAway {
        @Test
        void connectionsEndAndNewOnesAreRefusedUntilItIsBack() throws IOException {
            engine.whenPulled(EngineAnswer.stream().say("a").stall());
            try (SocketChannel channel = connect()) {
                send(channel, PULL);
                read(channel, "a\r\n");
                engine.goAway();
                assertThat(read(channel, "never")).isEmpty();
            }
            assertThat(engine.socket()).doesNotExist();
            engine.comeBack();
            assertThat(ask("GET /_ping HTTP/1.1\r\n\r\n", "\r\n\r\nOK")).endsWith("OK");
        }
    }
}
