// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.RegistryAuth;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerKeyringIT {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path root;

    private Path programs = Path.of("");
    private Path docker = Path.of("");

    @BeforeEach
    void makeFolders() throws Exception {
        programs = Files.createDirectory(root.resolve("programs"));
        docker = Files.createDirectory(root.resolve("docker"));
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void config(String json) throws Exception {
        Files.writeString(docker.resolve("config.json"), json.replace('\'', '"'));
    }

    private void program(String name, String... lines) throws Exception {
        Path file = programs.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private WorkerKeyring keyring(CredentialSettings settings, String... environment) {
        Map<String, String> all = new HashMap<>(Map.of("DOCKER_CONFIG", docker.toString(), "HOME", root.toString()));
        for (int i = 0; i < environment.length; i += 2) {
            all.put(environment[i], environment[i + 1]);
        }
        return new WorkerKeyring(vertx, settings, all, new HelperPrograms(List.of(programs), Duration.ofSeconds(2)));
    }

    private static List<RegistryAuth> find(WorkerKeyring keyring, String image, @Nullable Credentials credentials)
            throws Exception {
        return keyring.find(ImageReference.parse(image), credentials)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private List<RegistryAuth> find(String image) throws Exception {
        return find(keyring(CredentialSettings.NONE), image, null);
    }

    private EngineException failure(String image) {
        ExecutionException e = catchThrowableOfType(ExecutionException.class, () -> find(image));
        return (EngineException) Objects.requireNonNull(e.getCause());
    }

    @Nested
    class Helpers {
        @Test
        void areAskedForTheKeyOfTheRegistry() throws Exception {
            program(
                    "docker-credential-test",
                    "read server",
                    "echo \"{\\\"ServerURL\\\":\\\"x\\\",\\\"Username\\\":\\\"$1 $server\\\",\\\"Secret\\\":\\\"s\\\"}\"");
            config("{'credsStore':'test'}");
            assertThat(find("alpine"))
                    .containsExactly(new RegistryAuth(
                            "get https://index.docker.io/v1/", "s", "https://index.docker.io/v1/", null, null));
        }

        @Test
        void mayHaveAnIdentityTokenWhileTheFileKeepsTheRegistrysToken() throws Exception {
            program("docker-credential-test", "echo '{\"Username\":\"<token>\",\"Secret\":\"id\"}'");
            config("{'credHelpers':{'r.example':'test'},'auths':{'r.example':{'registrytoken':'reg'}}}");
            assertThat(find("r.example/a")).containsExactly(new RegistryAuth(null, null, "r.example", "id", "reg"));
        }

        @Test
        void thatHaveNothingLeaveAnAnonymousPull() throws Exception {
            program("docker-credential-test", "echo 'credentials not found in native keychain'", "exit 1");
            config("{'credsStore':'test','auths':{'r.example':{'username':'u','password':'p'}}}");
            assertThat(find("r.example/a")).isEmpty();
        }

        @Test
        void thatFailShowNothingOfWhatTheyWrote() throws Exception {
            program("docker-credential-test", "echo 'hunter22 is wrong'", "echo hunter22 >&2", "exit 3");
            config("{'credsStore':'test'}");
            assertThat(failure("r.example/a"))
                    .hasMessageContaining("docker-credential-test")
                    .hasMessageContaining("exit code 3")
                    .message()
                    .doesNotContain("hunter22");
            program("docker-credential-test", "echo '{\"Secret\":\"hunter22'");
            assertThat(failure("r.example/a"))
                    .hasMessageContaining("JSON")
                    .message()
                    .doesNotContain("hunter22");
        }

        @Test
        void thatHangAreKilledWithAllTheyStartedAndHoldNobodyUp() throws Exception {
            Path pid = root.resolve("pid");
            program("docker-credential-slow", "sleep 300 &", "echo $! > " + pid, "wait");
            program("docker-credential-quick", "echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");
            config("{'credHelpers':{'slow.example':'slow','quick.example':'quick'}}");
            WorkerKeyring keyring = keyring(CredentialSettings.NONE);
            List<ImageReference> slow = new ArrayList<>();
            for (int i = 0; i < 40; i++) { // twice as many as Vert.x has worker threads
                slow.add(ImageReference.parse("slow.example/a" + i));
            }
            List<io.vertx.core.Future<List<RegistryAuth>>> waiting =
                    slow.stream().map(image -> keyring.find(image, null)).toList();
            assertThat(find(keyring, "quick.example/a", null)).hasSize(1);
            assertThat(waiting).noneMatch(io.vertx.core.Future::isComplete);

            EngineException e = failure("slow.example/a");
            assertThat(e).hasMessageContaining("docker-credential-slow").hasMessageContaining("2.0 s");
            assertThat(e.failure().retryable()).isTrue();
            long sleeper = Long.parseLong(Files.readString(pid).strip());
            Awaitility.await()
                    .until(() -> ProcessHandle.of(sleeper)
                            .map(handle -> !handle.isAlive())
                            .orElse(true));
        }

        @Test
        void thatThePlatformPrefersAreAskedWhereNothingIsSaid() throws Exception {
            program("pass");
            program("docker-credential-pass", "echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");
            if (System.getProperty("os.name").startsWith("Linux")) {
                assertThat(find("r.example/a")).hasSize(1);
                config("{'auths':{'other.example':{}}}");
                assertThat(find("r.example/a")).isEmpty();
            }
        }
    }

    @Nested
    class Order {
        @Test
        void theVariableGoesBeforeTheFile() throws Exception {
            config("{'auths':{'r.example':{'username':'file','password':'p'},"
                    + "'s.example':{'username':'file','password':'p'}}}");
            WorkerKeyring keyring = keyring(
                    CredentialSettings.NONE, "DOCKER_AUTH_CONFIG", "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}}}");
            assertThat(find(keyring, "r.example/a", null))
                    .extracting(RegistryAuth::username)
                    .containsExactly("u");
            assertThat(find(keyring, "s.example/a", null))
                    .extracting(RegistryAuth::username)
                    .containsExactly("file");
        }

        @Test
        void pullSecretsGoBeforeDockersLoginAndTheSameLoginIsTriedOnce() throws Exception {
            config("{'auths':{'r.example':{'username':'docker','password':'p'}}}");
            Path secret = Files.createDirectory(root.resolve("secret"));
            Files.writeString(
                    secret.resolve(".dockerconfigjson"),
                    "{\"auths\":{\"r.example/a\":{\"username\":\"docker\",\"password\":\"p\"},"
                            + "\"*.example\":{\"username\":\"glob\",\"password\":\"p\"}}}");
            WorkerKeyring keyring = keyring(new CredentialSettings(null, List.of(secret), null));
            assertThat(find(keyring, "r.example/a", null))
                    .extracting(RegistryAuth::username)
                    .containsExactly("docker", "glob");
            assertThat(find(keyring, "r.example/b", null))
                    .extracting(RegistryAuth::username)
                    .containsExactly("glob", "docker");
        }

        @Test
        void whatAJobNamesIsUsedAlone() throws Exception {
            config("{'auths':{'r.example':{'username':'docker','password':'p'}}}");
            Path names = Files.createDirectory(root.resolve("names"));
            Files.writeString(
                    names.resolve("team.json"),
                    "{\"auths\":{\"r.example\":{\"username\":\"team\",\"password\":\"p\"}}}");
            WorkerKeyring keyring = keyring(new CredentialSettings(names, List.of(), null));
            assertThat(find(keyring, "r.example/a", new Credentials("team", null)))
                    .extracting(RegistryAuth::username)
                    .containsExactly("team");
        }
    }

    @Test
    void withoutAFileAPullIsAnonymous() throws Exception {
        assertThat(find("alpine")).isEmpty();
        config("");
        assertThat(find("alpine")).isEmpty();
    }

    @Test
    void whatWasRotatedOnDiskIsUsedNextTime() throws Exception {
        WorkerKeyring keyring = keyring(CredentialSettings.NONE);
        config("{'auths':{'r.example':{'username':'u','password':'old'}}}");
        assertThat(find(keyring, "r.example/a", null))
                .extracting(RegistryAuth::password)
                .containsExactly("old");
        config("{'auths':{'r.example':{'username':'u','password':'new'}}}");
        assertThat(find(keyring, "r.example/a", null))
                .extracting(RegistryAuth::password)
                .containsExactly("new");
    }

    @Test
    void aBrokenFileIsAFailureThatShowsNothing() throws Exception {
        config("{'auths':{'r.example':{'password':'hunter22");
        assertThat(failure("r.example/a"))
                .hasMessageContaining("config.json")
                .message()
                .doesNotContain("hunter22");
    }

    @Test
    void answersComeBackOnTheCallersContext() throws Exception {
        Context context = vertx.getOrCreateContext();
        Promise<Context> answered = Promise.promise();
        context.runOnContext(_ -> keyring(CredentialSettings.NONE)
                .find(ImageReference.parse("alpine"), null)
                .onComplete(_ -> answered.complete(Vertx.currentContext())));
        assertThat(answered.future().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .isSameAs(context);
    }
}
