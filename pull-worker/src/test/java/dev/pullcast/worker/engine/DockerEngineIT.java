// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.testkit.EngineAnswer;
import dev.pullcast.testkit.EngineRequest;
import dev.pullcast.testkit.EngineRoute;
import dev.pullcast.testkit.Recording;
import dev.pullcast.testkit.Recordings;
import dev.pullcast.testkit.ScriptedEngine;
import dev.pullcast.worker.engine.EngineClient.EngineCall;
import dev.pullcast.worker.stream.EngineMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DockerEngineIT {
    private static final String DIGEST = "sha256:" + "a".repeat(64);

    static Vertx vertx = NativeTransport.vertx(new VertxOptions());

    ScriptedEngine engine = ScriptedEngine.start();
    DockerEngine client = at(engine.socket());
    final List<EngineMessage> messages = new CopyOnWriteArrayList<>();

    @AfterAll
    static void closeVertx() {
        await(vertx.close());
    }

    @AfterEach
    void close() {
        await(client.close());
        engine.close();
    }

    static DockerEngine at(Path socket) {
        return DockerEngine.at(vertx, new EngineAddress.Socket(socket));
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    EngineCall call(String image, @Nullable String platform, @Nullable RegistryAuth auth) {
        CompletableFuture<EngineCall> started = new CompletableFuture<>();
        vertx.getOrCreateContext()
                .runOnContext(_ -> started.complete(
                        client.pull(new PullRequest(ImageReference.parse(image), platform, auth), messages::add)));
        return started.join();
    }

    CallEnd pull(String image) {
        return await(call(image, null, null).end());
    }

    static FailureReason reasonOf(CallEnd end) {
        return ((CallEnd.Broken) end).failure().reason();
    }

    EngineRequest lastPull() {
        return engine.requests(EngineRoute.PULL).getLast();
    }

    @Nested
    class TheRequest {
        @Test
        void goesOverNettysNativeEpoll() throws Exception {
            CompletableFuture<Object> channel = new CompletableFuture<>();
            EngineAddress address = new EngineAddress.Socket(engine.socket());
            HttpClientAgent http = EngineHttp.client(vertx, address);
            http.request(EngineHttp.request(address, HttpMethod.GET, "/_ping"))
                    .onComplete(
                            request -> {
                                try {
                                    Object connection = request.connection();
                                    channel.complete(connection
                                            .getClass()
                                            .getMethod("channel")
                                            .invoke(connection));
                                } catch (ReflectiveOperationException e) {
                                    channel.completeExceptionally(e);
                                }
                            },
                            channel::completeExceptionally);
            assertThat(channel.get(10, TimeUnit.SECONDS).getClass().getName())
                    .isEqualTo("io.netty.channel.epoll.EpollDomainSocketChannel");
            await(http.close());
        }

        @Test
        void usesTheLowerOfBothApiVersions() {
            engine.apiVersion("1.41");
            pull("alpine");
            assertThat(lastPull().apiVersion()).isEqualTo("1.41");
        }

        @Test
        void alwaysNamesATagOrADigest() {
            pull("alpine");
            assertThat(lastPull().query()).isEqualTo(Map.of("fromImage", "docker.io/library/alpine", "tag", "latest"));
            pull("r.example:5000/a/b@" + DIGEST);
            assertThat(lastPull().query()).isEqualTo(Map.of("fromImage", "r.example:5000/a/b", "tag", DIGEST));
            pull("r.example:5000/a/b:3@" + DIGEST);
            assertThat(lastPull().query()).isEqualTo(Map.of("fromImage", "r.example:5000/a/b", "tag", DIGEST));
        }

        @Test
        void carriesThePlatform() {
            await(call("alpine", "linux/arm64/v8", null).end());
            assertThat(lastPull().query()).containsEntry("platform", "linux/arm64/v8");
        }

        @Test
        void carriesCredentialsInDockersEncoding() {
            await(call("alpine", null, new RegistryAuth("me", "pass", "r", null, null))
                    .end());
            String header = Objects.requireNonNull(lastPull().headers().get("X-Registry-Auth"));
            assertThat(new String(Base64.getUrlDecoder().decode(header), StandardCharsets.UTF_8))
                    .isEqualTo("{\"username\":\"me\",\"password\":\"pass\",\"serveraddress\":\"r\"}");
        }
    }

    @Nested
    class TheEnd {
        @Test
        void isCleanWhenTheStreamEndsWithoutAnError() {
            engine.whenPulled(EngineAnswer.lines(
                    "{\"status\":\"Pulling from library/alpine\",\"id\":\"3\"}", "{\"status\":\"Status: done\"}"));
            assertThat(pull("alpine:3")).isInstanceOf(CallEnd.Clean.class);
            assertThat(messages).hasSize(2);
        }

        @Test
        void isAFailureWhenTheLastLineIsAnError() {
            engine.whenPulled(EngineAnswer.lines(
                    "{\"status\":\"Pulling from library/alpine\",\"id\":\"3\"}",
                    "{\"errorDetail\":{\"message\":\"unexpected EOF\"},\"error\":\"unexpected EOF\"}"));
            assertThat(reasonOf(pull("alpine:3"))).isEqualTo(FailureReason.NETWORK);
        }

        @Test
        void isAFailureWhenTheStreamIsCutEvenAfterTheWordsOfSuccess() {
            engine.whenPulled(EngineAnswer.stream()
                    .lines("{\"status\":\"Status: Downloaded newer image for alpine:3\"}")
                    .cut());
            assertThat(reasonOf(pull("alpine:3"))).isEqualTo(FailureReason.STREAM_CUT);
        }

        @Test
        void isEngineGoneWhenTheEngineDies() {
            engine.whenPulled(EngineAnswer.stream()
                    .lines("{\"status\":\"Pulling from library/alpine\",\"id\":\"3\"}")
                    .effect(engine::goAway)
                    .stall());
            CallEnd end = pull("alpine:3");
            assertThat(reasonOf(end)).isEqualTo(FailureReason.ENGINE_GONE);
            assertThat(((CallEnd.Broken) end).failure().message())
                    .contains(engine.socket().toString());
        }

        @Test
        void isAFailureWhenNothingListens() {
            engine.goAway();
            CallEnd end = pull("alpine");
            assertThat(reasonOf(end)).isEqualTo(FailureReason.ENGINE_GONE);
            assertThat(((CallEnd.Broken) end).failure().message())
                    .contains("cannot reach the Docker Engine at unix://" + engine.socket(), "Is the engine running?");
        }

        @Test
        void isAFailureWhenTheAnswerIsGarbled() {
            engine.whenPulled(
                    EngineAnswer.stream().say("{\"status\":\"a\"}\n<html>").stall());
            CallEnd end = pull("alpine");
            assertThat(reasonOf(end)).isEqualTo(FailureReason.ENGINE_ERROR);
            assertThat(((CallEnd.Broken) end).failure().message()).contains("cannot be read");
        }

        @Test
        void isAFailureWhenALineNeverEndsAndMemoryStaysBounded() {
            engine.whenPulled(EngineAnswer.stream().say("{\"status\":\"").endless("x".repeat(4096), 1L << 30));
            assertThat(reasonOf(pull("alpine"))).isEqualTo(FailureReason.ENGINE_ERROR);
        }

        @Test
        void keepsTheWordsOfAPlainError() {
            engine.whenPulled(EngineAnswer.error(500, "toomanyrequests: You have reached your pull rate limit."));
            assertThat(pull("alpine")).isInstanceOfSatisfying(CallEnd.Broken.class, broken -> {
                assertThat(broken.failure().reason()).isEqualTo(FailureReason.RATE_LIMITED);
                assertThat(broken.failure().message())
                        .isEqualTo("toomanyrequests: You have reached your pull rate limit.");
                assertThat(broken.failure().retryable()).isTrue();
            });
        }

        @Test
        void comesWhenTheClientIsClosed() {
            engine.whenPulled(EngineAnswer.stream()
                    .lines("{\"status\":\"Pulling from library/alpine\",\"id\":\"3\"}")
                    .stall());
            EngineCall call = call("alpine:3", null, null);
            Awaitility.await().until(() -> !messages.isEmpty());
            await(client.close());
            assertThat(reasonOf(await(call.end()))).isEqualTo(FailureReason.STREAM_CUT);
        }

        @Test
        void comesAtOnceWhenTheCallIsClosed() {
            engine.whenPulled(EngineAnswer.stream()
                    .lines("{\"status\":\"Pulling from library/alpine\",\"id\":\"3\"}")
                    .stall());
            EngineCall call = call("alpine:3", null, null);
            Awaitility.await().until(() -> !messages.isEmpty());
            int asked = engine.requests(EngineRoute.PING).size();
            call.close();
            assertThat(((CallEnd.Broken) await(call.end())).failure().message())
                    .isEqualTo("the call was closed by the worker");
            // We know why the stream broke off: nobody has to be asked whether the engine is still there.
            await(client.inspect("alpine"));
            assertThat(engine.requests(EngineRoute.PING)).hasSize(asked);
        }
    }

    @Nested
    class AnEngineThatComesBack {
        @Test
        void isAskedForItsVersionAgain() {
            engine.apiVersion("1.40");
            pull("alpine");
            engine.goAway();
            assertThat(reasonOf(pull("alpine"))).isEqualTo(FailureReason.ENGINE_GONE);
            engine.apiVersion("1.44");
            engine.comeBack();
            assertThat(await(client.facts()).apiVersion()).isEqualTo("1.44");
            pull("alpine");
            assertThat(lastPull().apiVersion()).isEqualTo("1.44");
        }
    }

    @Test
    void anEngineThatKnowsNoHeadIsPingedWithGet() {
        engine.apiVersion("1.30");
        engine.when(
                EngineRoute.PING,
                request -> request.method().equals("HEAD"),
                EngineAnswer.error(405, "method not allowed"));
        assertThat(await(client.facts()).apiVersion()).isEqualTo("1.30");
    }

    @Test
    void factsAreInGosWords() {
        EngineFacts facts = await(client.facts());
        assertThat(facts.kind()).isEqualTo("docker");
        assertThat(facts.arch()).isEqualTo("amd64");
        assertThat(facts.storageDriver()).isEqualTo("overlay2");
    }

    @Test
    void anImageIsFoundByTagAndByDigestAndCanBeNamedAgain() {
        engine.putImage("r.example/a:1", DIGEST);
        assertThat(await(client.inspect("r.example/a:1")).orElseThrow().digestOf(ImageReference.parse("r.example/a:1")))
                .isEqualTo(DIGEST);
        assertThat(await(client.inspect("r.example/a@" + DIGEST))).isPresent();
        assertThat(await(client.inspect("r.example/a:2"))).isEmpty();
        await(client.tag("r.example/a@" + DIGEST, "r.example/a", "2"));
        assertThat(await(client.inspect("r.example/a:2"))).isPresent();
    }

    /** What every recorded answer of a real engine comes to; outcomes.txt says how it was made. */
    @ParameterizedTest(name = "{0} ends as {1}")
    @MethodSource("outcomes")
    void everyRecordingEndsAsItReallyDid(String name, String outcome) {
        Recording recording = Recordings.load(name);
        engine.whenPulled(EngineAnswer.replay(recording));
        assertThat(outcomeOf(pull("alpine"))).isEqualTo(outcome);
    }

    static String outcomeOf(CallEnd end) {
        return switch (end) {
            case CallEnd.Clean() -> "clean";
            case CallEnd.Broken(PullFailure failure) -> failure.reason().wireName();
        };
    }

    static List<Arguments> outcomes() throws Exception {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(DockerEngineIT.class.getResourceAsStream("outcomes.txt")),
                StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split("\\s+"))
                    .map(words -> Arguments.of(words[0], words[1]))
                    .toList();
        }
    }

    @Test
    void noRecordingIsLeftOut() throws Exception {
        assertThat(outcomes().stream().map(a -> a.get()[0])).hasSameElementsAs(Recordings.names());
    }
}
