// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.worker.engine.EngineClient.EngineCall;
import dev.pullcast.worker.stream.EngineMessage;
import dev.pullcast.worker.stream.LayerStep;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CliEngineIT {
    private static final String DIGEST = "sha256:" + "a".repeat(64);

    static Vertx vertx = NativeTransport.vertx(new VertxOptions());

    @TempDir
    static Path users;

    @TempDir
    Path folder;

    FakeDocker docker;
    CliEngine engine;
    final List<EngineMessage> messages = new CopyOnWriteArrayList<>();
    final List<Context> contexts = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        docker = new FakeDocker(folder);
        engine = new CliEngine(vertx, docker.command(), Map.of("DOCKER_CONFIG", users.toString()));
    }

    @AfterAll
    static void closeVertx() {
        await(vertx.close());
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EngineException expected) {
                throw expected;
            }
            throw new AssertionError(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    EngineCall call(String image, @Nullable String platform, @Nullable RegistryAuth auth) {
        CompletableFuture<EngineCall> started = new CompletableFuture<>();
        Context context = vertx.getOrCreateContext();
        context.runOnContext(_ ->
                started.complete(engine.pull(new PullRequest(ImageReference.parse(image), platform, auth), message -> {
                    messages.add(message);
                    contexts.add(java.util.Objects.requireNonNull(Vertx.currentContext()));
                })));
        return started.join();
    }

    CallEnd pull(String image) {
        return await(call(image, null, null).end());
    }

    PullFailure failureOf(String shell) {
        docker.does("pull", shell);
        return ((CallEnd.Broken) pull("alpine")).failure();
    }

    @Nested
    class APull {
        @Test
        void tellsThePhasesOnTheCallersContextAndEndsCleanWithExitCode0() {
            docker.does("pull", """
                echo '3: Pulling from library/alpine'
                echo '0123456789ab: Pulling fs layer'
                echo '0123456789ab: Pull complete'
                echo 'Digest: sha256:d'\
                """);
            assertThat(pull("alpine:3")).isInstanceOf(CallEnd.Clean.class);
            assertThat(messages)
                    .containsExactly(
                            new EngineMessage.PullingFrom("library/alpine", "3"),
                            new EngineMessage.LayerMessage(
                                    "0123456789ab", LayerStep.PULLING_FS_LAYER, null, null, null),
                            new EngineMessage.LayerMessage("0123456789ab", LayerStep.PULL_COMPLETE, null, null, null),
                            new EngineMessage.Digest("sha256:d"));
            assertThat(contexts).allMatch(Context::isEventLoopContext).hasSize(4);
            assertThat(contexts.stream().distinct()).hasSize(1);
        }

        @Test
        void namesTheImageWhereNothingCanBeAnOption() {
            await(call("alpine", "--all-tags", null).end());
            assertThat(docker.argumentsOf("pull"))
                    .containsExactly("pull", "--platform=--all-tags", "--", "docker.io/library/alpine:latest");
            pull("r.example:5000/a/b:3@" + DIGEST);
            assertThat(docker.argumentsOf("pull")).containsExactly("pull", "--", "r.example:5000/a/b@" + DIGEST);
        }

        @Test
        void thatIsClosedEndsTheCommandAndItsChildren() {
            docker.does("pull", """
                sleep 1000 & echo $! >"$folder/child.new"; echo $$ >"$folder/self"
                mv "$folder/child.new" "$folder/child"; wait\
                """);
            EngineCall call = call("alpine", null, null);
            Awaitility.await().until(() -> docker.wrote("child"));
            long self = Long.parseLong(docker.linesOf("self").getFirst());
            long child = Long.parseLong(docker.linesOf("child").getFirst());
            assertThat(ProcessHandle.of(child)).isPresent();
            call.close();
            assertThat(((CallEnd.Broken) await(call.end())).failure().reason()).isEqualTo(FailureReason.STREAM_CUT);
            Awaitility.await().until(() -> !isAlive(self) && !isAlive(child));
        }

        @Test
        void isClosedWithTheEngine() {
            docker.does(
                    "pull", "echo $$ >\"$folder/self.new\"; mv \"$folder/self.new\" \"$folder/self\"; exec sleep 1000");
            EngineCall call = call("alpine", null, null);
            Awaitility.await().until(() -> docker.wrote("self"));
            long self = Long.parseLong(docker.linesOf("self").getFirst());
            await(engine.close());
            assertThat(await(call.end())).isInstanceOf(CallEnd.Broken.class);
            Awaitility.await().until(() -> !isAlive(self));
        }

        private static boolean isAlive(long pid) {
            return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        }
    }

    @Nested
    class AFailure {
        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
            NOT_FOUND    | true | Error response from daemon: manifest for r/a:nope not found: manifest unknown: manifest unknown
            RATE_LIMITED | true | Error response from daemon: toomanyrequests: You have reached your pull rate limit.
            AUTH         | true | Error response from daemon: Head "http://r/v2/a/manifests/1": no basic auth credentials
            DISK_FULL    | true | failed to register layer: write /x: no space left on device
            ENGINE_GONE  | true | Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?
            ENGINE_GONE  | true | error during connect: Get "http://ssh/v1": command [ssh h] has exited: connection refused
            ENGINE_GONE  | false| permission denied while trying to connect to the Docker daemon socket at unix:///x: dial unix: permission denied
            """)
        void hasTheReasonThatTheApiWouldGive(FailureReason reason, boolean mayRetry, String words) {
            PullFailure failure = failureOf("echo 'WARNING: something' >&2; echo '" + words + "' >&2; exit 1");
            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure.retryable()).isEqualTo(mayRetry && reason.retryable());
            assertThat(failure.message())
                    .isEqualTo(words.replace("Error response from daemon: ", ""))
                    .doesNotContain("WARNING");
        }

        @Test
        void afterMessagesIsOne() {
            PullFailure failure = failureOf("echo '3: Pulling from a'; echo 'no space left on device' >&2; exit 1");
            assertThat(failure.reason()).isEqualTo(FailureReason.DISK_FULL);
            assertThat(messages).hasSize(1);
        }

        @Test
        void thatIsOnlyAnEofIsTheEnginesEndIfTheEngineDoesNotAnswer() {
            docker.does("version", "echo 'Cannot connect to the Docker daemon at x' >&2; exit 1");
            assertThat(failureOf("echo 'unexpected EOF' >&2; exit 1").reason()).isEqualTo(FailureReason.ENGINE_GONE);
            docker.does("version", "echo '{}'");
            assertThat(failureOf("echo 'unexpected EOF' >&2; exit 1").reason()).isEqualTo(FailureReason.NETWORK);
        }

        @Test
        void withoutAWordIsACutStream() {
            docker.does("version", "echo '{}'");
            assertThat(failureOf("exit 1").reason()).isEqualTo(FailureReason.STREAM_CUT);
            assertThat(failureOf("kill -9 $$").reason()).isEqualTo(FailureReason.STREAM_CUT);
        }

        @Test
        void ofTheCommandItselfSaysThatItCannotBeRun() {
            engine = new CliEngine(vertx, new DockerCommand("/nonexistent/docker", null, Path.of("logins")), Map.of());
            PullFailure failure = ((CallEnd.Broken) pull("alpine")).failure();
            assertThat(failure.reason()).isEqualTo(FailureReason.ENGINE_GONE);
            assertThat(failure.message()).contains("cannot run the docker command '/nonexistent/docker'");
            assertThatThrownBy(() -> await(engine.inspect("alpine"))).hasMessageContaining("cannot run");
        }

        @Test
        void doesNotDrownInWords() {
            PullFailure failure = failureOf("head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1");
            assertThat(failure.message()).hasSizeLessThan(5000);
        }
    }

    @Nested
    class Credentials {
        private static final String LOOK = """
            echo "$DOCKER_CONFIG" >"$folder/where"
            stat -c %a "$DOCKER_CONFIG" >"$folder/rights"
            cp "$DOCKER_CONFIG/config.json" "$folder/seen"
            cat "$DOCKER_CONFIG/config.json" >&2
            echo "wrong password 's3cret'" >&2; exit 1\
            """;

        @Test
        void standInAFolderThatOnlyThisUserCanReadAndThatIsGoneAfterwards() throws Exception {
            Files.writeString(users.resolve("config.json"), "{\"currentContext\":\"far\",\"credsStore\":\"x\"}");
            docker.does("pull", LOOK);
            CallEnd end = await(call("r.example/a:1", null, new RegistryAuth("me", "s3cret", "r.example", null, null))
                    .end());
            assertThat(docker.linesOf("seen"))
                    .containsExactly(
                            "{\"auths\":{\"r.example\":{\"auth\":\"bWU6czNjcmV0\"}},\"currentContext\":\"far\"}");
            assertThat(docker.linesOf("rights")).containsExactly("700");
            assertThat(String.join(" ", docker.argumentsOf("pull"))).doesNotContain("s3cret");
            Awaitility.await()
                    .until(() -> !Files.exists(Path.of(docker.linesOf("where").getFirst())));
            assertThat(end.toString()).doesNotContain("s3cret");
        }

        @Test
        void forDockerHubHaveItsOldKeyAndTokensGoAlong() {
            docker.does("pull", LOOK);
            await(call("alpine", null, new RegistryAuth(null, null, "x", "idt", null))
                    .end());
            assertThat(docker.linesOf("seen").getFirst())
                    .contains("{\"https://index.docker.io/v1/\":{\"identitytoken\":\"idt\"}}");
        }

        /** The command would use them by itself, also for a project that may not. */
        @Test
        void ofTheMachineAreNotUsedByAPullThatHasNone() throws Exception {
            Files.writeString(
                    users.resolve("config.json"),
                    "{\"auths\":{\"r.example\":{\"auth\":\"bWU6czNjcmV0\"}},\"currentContext\":\"far\",\"credsStore\":\"x\"}");
            docker.does("pull", LOOK);
            await(call("r.example/a:1", null, null).end());
            // An entry without a login keeps the command from asking the platform's own helper.
            assertThat(docker.linesOf("seen"))
                    .containsExactly("{\"auths\":{\"r.example\":{}},\"currentContext\":\"far\"}");
        }
    }

    @Nested
    class TheEngine {
        @Test
        void isAskedForAnImage() {
            docker.does("image", "echo '{\"Id\":\"i\",\"RepoDigests\":[\"a@" + DIGEST + "\"],\"Os\":\"linux\"}'");
            assertThat(await(engine.inspect("a:1"))).contains(new ImageFacts("i", List.of("a@" + DIGEST), "linux", ""));
            assertThat(docker.argumentsOf("image"))
                    .containsExactly("image", "inspect", "--format", "{{json .}}", "--", "a:1");
        }

        @Test
        void thatDoesNotHaveAnImageIsNotAFailureButOtherErrorsAre() {
            docker.does(
                    "image", "echo; echo 'Error response from daemon: no such image: a: No such image: a' >&2; exit 1");
            assertThat(await(engine.inspect("a:1"))).isEmpty();
            docker.does("image", "echo 'Cannot connect to the Docker daemon at x' >&2; exit 1");
            assertThatThrownBy(() -> await(engine.inspect("a:1")))
                    .isInstanceOfSatisfying(
                            EngineException.class,
                            e -> assertThat(e.failure().reason()).isEqualTo(FailureReason.ENGINE_GONE));
        }

        @Test
        void isDescribed() {
            docker.does(
                    "version",
                    "echo '{\"Server\":{\"Version\":\"27.1\",\"ApiVersion\":\"1.46\",\"Os\":\"linux\",\"Arch\":\"arm64\"}}'");
            docker.does("info", "echo '{\"Driver\":\"overlay2\",\"DockerRootDir\":\"/d\"}'");
            assertThat(await(engine.facts()))
                    .isEqualTo(new EngineFacts("docker", "27.1", "1.46", "linux", "arm64", "overlay2", "/d", null));
        }

        @Test
        void tags() {
            docker.does("tag", "");
            await(engine.tag("a@" + DIGEST, "docker.io/library/a", "1"));
            assertThat(docker.argumentsOf("tag")).containsExactly("tag", "--", "a@" + DIGEST, "docker.io/library/a:1");
        }
    }

    @Nested
    class Secrets {
        @Test
        void ofProcessesThatWereKilledAreSweptAtTheStart() throws Exception {
            Path logins = Files.createDirectories(folder.resolve("logins"));
            Path left = Files.createDirectories(logins.resolve("login-1-12345-678"));
            Files.writeString(left.resolve("config.json"), "{}");
            RegistryAuth auth = new RegistryAuth("me", "s3cret", "r", null, null);
            CliLogin inUse = CliLogin.write(auth, "r", users, logins);
            CliLogin.sweep(logins);
            assertThat(left).doesNotExist();
            assertThat(inUse.folder()).isDirectory().hasParent(logins);
            inUse.close();
            assertThat(logins).isEmptyDirectory();
        }

        @Test
        void areNotInTheEnvironmentOfTheCommand() {
            ProcessBuilder builder = new ProcessBuilder("any");
            builder.environment().put("PULLCAST_KAFKA_SASL_JAAS_CONFIG", "secret");
            builder.environment().put("DATABASE_URL", "secret");
            builder.environment().put("DOCKER_HOST", "tcp://x");
            builder.environment().put("https_proxy", "http://p");
            assertThat(ChildEnvironment.restrict(builder).environment())
                    .containsEntry("DOCKER_HOST", "tcp://x")
                    .containsEntry("https_proxy", "http://p")
                    .containsKey("PATH")
                    .doesNotContainValue("secret");
        }

        @Test
        void areNotSeenByTheCommandItself() throws Exception {
            docker.does("version", "env >\"$folder/environment\"; echo '{\"Server\":{\"ApiVersion\":\"1.44\"}}'");
            try {
                await(engine.details());
            } catch (EngineException e) {
                // Only its environment matters.
            }
            assertThat(Files.readAllLines(folder.resolve("environment")))
                    .allMatch(line -> line.startsWith("_=")
                            || line.startsWith("PWD=")
                            || line.startsWith("SHLVL=")
                            || ChildEnvironment.isPassed(line.substring(0, Math.max(0, line.indexOf('=')))));
        }
    }
}
