// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.Keyring;
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
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        return find(keyring, image, credentials, null);
    }

    private static List<RegistryAuth> find(
            WorkerKeyring keyring, String image, @Nullable Credentials credentials, @Nullable String project)
            throws Exception {
        return keyring.find(wanted(ImageReference.parse(image), credentials, project))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static Keyring.Wanted wanted(
            ImageReference image, @Nullable Credentials credentials, @Nullable String project) {
        return new Keyring.Wanted(image, credentials, project, "job", null);
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
            List<io.vertx.core.Future<List<RegistryAuth>>> waiting = slow.stream()
                    .map(image -> keyring.find(wanted(image, null, null)))
                    .toList();
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

        /** As docker pull 28 does, which takes what it has when the helper fails. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "exit 1", // says nothing
                    "echo 'no keychain is open'; exit 1",
                    "echo rubbish",
                    "echo '[1]'",
                    "echo '{\"Username\":7,\"Secret\":\"s\"}'",
                    "true", // prints nothing
                    "kill -9 $$",
                    "exec sleep 300",
                })
        void thatFailLeaveTheLoginInTheFile(String line) throws Exception {
            program("docker-credential-test", line);
            config("{'credsStore':'test','auths':{'r.example':{'auth':'dTpw'}}}");
            assertThat(find("r.example/a")).containsExactly(new RegistryAuth("u", "p", "r.example", null, null));
        }

        @Test
        void areReadAsGoReadsJson() throws Exception {
            program("docker-credential-test", "echo '{\"username\":\"u\",\"SECRET\":\"s\"} and more'");
            config("{'credsStore':'test'}");
            assertThat(find("r.example/a")).containsExactly(new RegistryAuth("u", "s", "r.example", null, null));
        }

        @Test
        void thatThePlatformPrefersAndThatFailLeaveAnAnonymousPull() throws Exception {
            program("pass");
            program("docker-credential-pass", "exit 1");
            assertThat(find("r.example/a")).isEmpty();
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

    /** Attacks of one project on the logins of another. */
    @Nested
    class Owners {
        private static final String TEAM_A = "{'auths':{'r.example':{'username':'alice','password':'s3cr3t'}},";

        private void named(String file, String json) throws Exception {
            Path names = Files.createDirectories(root.resolve("names"));
            Files.createDirectories(Objects.requireNonNull(names.resolve(file).getParent()));
            Files.writeString(names.resolve(file), json.replace('\'', '"'));
        }

        private WorkerKeyring withNames() {
            return keyring(new CredentialSettings(root.resolve("names"), List.of(), null));
        }

        private String refusal(WorkerKeyring keyring, String image, String name, @Nullable String project) {
            ExecutionException e = catchThrowableOfType(
                    ExecutionException.class, () -> find(keyring, image, new Credentials(name, null), project));
            assertThat(e).as("%s for %s", name, project).isNotNull();
            EngineException cause = (EngineException) Objects.requireNonNull(e.getCause());
            assertThat(cause.failure().reason()).isEqualTo(FailureReason.AUTH);
            assertThat(cause.failure().retryable()).isFalse();
            return String.valueOf(cause.getMessage()).replace("'" + name + "'", "'NAME'");
        }

        @Test
        void aNamedLoginServesItsOwnProjectsAlone() throws Exception {
            named("team-a.json", TEAM_A + "'projects':['team-a','team-c']}");
            named("shared.json", TEAM_A + "'projects':['*']}");
            named("nobodys.json", TEAM_A + "'projects':[]}");
            named("silent.json", TEAM_A + "'x':1}");
            WorkerKeyring keyring = withNames();
            for (String project : new @Nullable String[] {"team-a", "team-c"}) {
                assertThat(find(keyring, "r.example/a", new Credentials("team-a", null), project))
                        .hasSize(1);
            }
            for (String project : new @Nullable String[] {"team-b", "Team-A", "TEAM-A", "team", "team-a2", "*", null}) {
                refusal(keyring, "r.example/a", "team-a", project);
            }
            assertThat(find(keyring, "r.example/a", new Credentials("shared", null), "team-b"))
                    .hasSize(1);
            assertThat(find(keyring, "r.example/a", new Credentials("shared", null), null))
                    .hasSize(1);
            for (String name : List.of("nobodys", "silent")) {
                assertThat(find(keyring, "r.example/a", new Credentials(name, null), null))
                        .hasSize(1);
                refusal(keyring, "r.example/a", name, "team-a");
            }
        }

        @Test
        void allRefusalsReadTheSame() throws Exception {
            named("team-a.json", TEAM_A + "'projects':['team-a']}");
            named("x/y.json", TEAM_A + "'projects':['team-b']}");
            named("other-registry.json", "{'auths':{'s.example':{'username':'u'}},'projects':['team-b']}");
            named("broken.json", "{'projects':['team-b']");
            named("wrong-owners.json", TEAM_A + "'projects':'team-b'}");
            named("bad-owners.json", TEAM_A + "'projects':['team-b',7]}");
            named("secret/.dockerconfigjson", "{'auths':{'r.example':{'username':'u'}}}");
            named("secret/projects", "team-a\n");
            named("dir/projects", "team-b\n");
            // A helper must not even be asked for a foreign login: how long it takes would tell.
            program("docker-credential-loud", "touch " + root.resolve("asked"), "exit 1");
            named("helper.json", "{'credHelpers':{'r.example':'loud'},'projects':['team-a']}");
            List<String> texts = new ArrayList<>();
            for (String name : List.of(
                    "unknown",
                    "team-a",
                    "x/../team-a",
                    "x/./y",
                    "x//y",
                    "../names/team-a",
                    "..",
                    "/etc/passwd",
                    "other-registry",
                    "broken",
                    "wrong-owners",
                    "bad-owners",
                    "secret",
                    "dir",
                    "helper")) {
                texts.add(refusal(withNames(), "r.example/a", name, "team-b"));
            }
            texts.add(refusal(keyring(CredentialSettings.NONE), "r.example/a", "no-folder", "team-b"));
            assertThat(Set.copyOf(texts)).hasSize(1);
            assertThat(texts.getFirst()).contains("'NAME'", "team-b", "r.example");
            assertThat(root.resolve("asked")).doesNotExist();
        }

        @Test
        void aMountedSecretAndTheMachinesOwnLoginServeTheirProjectsAlone() throws Exception {
            config("{'auths':{'r.example':{'username':'machine','password':'p'}}}");
            Path secrets = Files.createDirectory(root.resolve("secrets"));
            for (String name : List.of("a", "any", "silent", "bad")) {
                Path secret = Files.createDirectory(secrets.resolve(name));
                Files.writeString(
                        secret.resolve(".dockerconfigjson"),
                        "{\"auths\":{\"r.example\":{\"username\":\"" + name + "\"}}}");
            }
            Files.writeString(secrets.resolve("a/projects"), "# owners\nteam-a, team-c\n");
            Files.writeString(secrets.resolve("any/projects"), "*\n");
            Files.writeString(secrets.resolve("bad/projects"), "team b\n");
            Files.createDirectory(secrets.resolve("unreadable"));
            Files.writeString(secrets.resolve("unreadable/.dockerconfigjson"), "{");
            Files.writeString(secrets.resolve("unreadable/projects"), "team-z");
            WorkerKeyring byDefault = keyring(new CredentialSettings(null, List.of(secrets), null));
            assertThat(users(byDefault, "team-a")).containsExactly("a", "any");
            assertThat(users(byDefault, "team-b")).containsExactly("any");
            assertThat(users(byDefault, null)).containsExactly("any", "silent", "machine");
            WorkerKeyring owned = keyring(new CredentialSettings(
                    null,
                    List.of(secrets),
                    null,
                    new CredentialSettings.DefaultOwners(
                            LoginOwners.NO_PROJECT,
                            LoginOwners.of(List.of("team-b")),
                            LoginOwners.of(List.of("team-c")))));
            assertThat(users(owned, "team-b")).containsExactly("any", "silent");
            assertThat(users(owned, "team-c")).containsExactly("a", "any", "machine");
            assertThat(users(owned, null)).containsExactly("any");
        }

        private List<String> users(WorkerKeyring keyring, @Nullable String project) throws Exception {
            return find(keyring, "r.example/a", null, project).stream()
                    .map(login -> String.valueOf(login.username()))
                    .toList();
        }

        @Test
        void theVariableIsTheMachinesOwnLoginToo() throws Exception {
            WorkerKeyring keyring = keyring(
                    CredentialSettings.NONE, "DOCKER_AUTH_CONFIG", "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}}}");
            assertThat(users(keyring, null)).containsExactly("u");
            assertThat(users(keyring, "team-a")).isEmpty();
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
                .find(wanted(ImageReference.parse("alpine"), null, null))
                .onComplete(_ -> answered.complete(Vertx.currentContext())));
        assertThat(answered.future().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .isSameAs(context);
    }
}
