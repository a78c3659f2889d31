// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.command.ExitCodes;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.DevEngine.Ran;
import dev.pullcast.testkit.Processes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The commands as people start them: processes of their own, with exit codes. */
class LauncherIT {
    private static final String LAUNCHER =
            Processes.checkout().resolve("pullcast").toString();

    @TempDir
    private Path folder;

    @Test
    void theVersionIsThereWithoutAnEngine() {
        Ran version = pullcast("--version");
        assertThat(version.exitCode()).isEqualTo(ExitCodes.OK);
        assertThat(version.output()).startsWith("pullcast ");
    }

    @Test
    void everyCommandRunsOnItsOwnClassPath() throws IOException {
        String nobody = folder.resolve("nobody.sock").toString();
        String wrong = Files.writeString(folder.resolve("wrong.properties"), "gateway.prot=8080\n")
                .toString();
        Files.writeString(folder.resolve("Dockerfile"), "FROM alpine\n");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            Map<String, List<List<String>>> arguments = Map.ofEntries(
                    Map.entry(
                            "pull",
                            List.of(
                                    List.of("--socket", nobody, "alpine"),
                                    List.of("--gateway", "http://127.0.0.1:1", "alpine"))),
                    Map.entry("images", List.of(List.of(folder.toString()))),
                    Map.entry("watch", List.of(List.of("--gateway", "http://127.0.0.1:1"))),
                    Map.entry("up", List.of(List.of("--data", folder.toString(), "--port", port))),
                    Map.entry("worker", List.of(List.of("--config", wrong))),
                    Map.entry("gateway", List.of(List.of("--config", wrong))),
                    Map.entry(
                            "token",
                            List.of(
                                    List.of("ci", "read:team-a"),
                                    List.of("--hash"),
                                    List.of(
                                            "ci",
                                            "read:*",
                                            "--expires",
                                            "90d",
                                            "--add",
                                            folder.resolve("tokens").toString()))),
                    Map.entry("engine", List.of(List.of("--socket", nobody))),
                    Map.entry("log", List.of(List.of("--file", nobody))),
                    Map.entry("completion", List.of(List.of("bash"), List.of("zsh"), List.of("fish"))),
                    Map.entry("man", List.of(List.of(), List.of("pull"))),
                    Map.entry("help", List.of(List.of(), List.of("token"))));
            for (String command : Pullcast.commandLine().getSubcommands().keySet()) {
                List<List<String>> runs = arguments.getOrDefault(command, List.of());
                assertThat(runs).as("arguments of %s for this test", command).isNotEmpty();
                for (List<String> run : runs) {
                    List<String> all = new ArrayList<>(List.of(command));
                    all.addAll(run);
                    Ran ran = pullcast(all.toArray(String[]::new));
                    assertThat(ran.output())
                            .as("%s", all)
                            .doesNotContain("NoClassDefFound", "ClassNotFound", "LinkageError", "is a bug of Pullcast");
                    assertThat(ran.exitCode())
                            .as("%s says %s", all, ran.output())
                            .isIn(ExitCodes.OK, ExitCodes.FAILED, ExitCodes.USAGE, ExitCodes.UNAVAILABLE);
                }
            }
        }
        assertThat(Files.readString(folder.resolve("tokens"))).startsWith("ci sha256:");
    }

    @Test
    void aTokenIsMadeAndItsHashIsTold() {
        Ran token = pullcast("token", "ci", "read:team-a");
        assertThat(token.exitCode()).isEqualTo(ExitCodes.OK);
        assertThat(token.output())
                .contains("ci sha256:")
                .contains(" read:team-a")
                .containsPattern("(?m)^pct_\\S{40,}$");
        Ran hash = Processes.run(
                List.of("sh", "-c", "printf 'pct_%043d\\n' 7 | " + LAUNCHER + " token --hash"),
                Map.of("PULLCAST_NO_BUILD", "1"));
        assertThat(hash.output()).matches("sha256:[0-9a-f]{64}\n");
    }

    @Test
    void anEngineThatDoesNotAnswerIsNamedWithWhatToDo() {
        String socket = folder.resolve("nobody.sock").toString();
        Ran ran = pullcast("pull", "--socket", socket, "alpine");
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.UNAVAILABLE);
        assertThat(ran.output()).contains("cannot reach the Docker Engine at unix://" + socket);
        assertThat(pullcast("engine", "--socket", socket).exitCode()).isEqualTo(ExitCodes.UNAVAILABLE);
    }

    @Test
    void theCacheMadeWithTheBuildIsTakenAndOneThatIsSpoiltIsNoReasonToSayAWord() throws IOException {
        Path start = Processes.checkout().resolve("pull-cli/target/start");
        Processes.run(List.of(Processes.checkout().resolve("scripts/aot").toString()), Map.of())
                .orFail();
        assertThat(loaded("--version").stream().filter(line -> line.contains("picocli.CommandLine ")))
                .singleElement()
                .asString()
                .contains("shared objects file");
        Path settings = Files.writeString(folder.resolve("pullcast.properties"), "gateway.prot=8080\n");
        String[] service = {"gateway", "--config", settings.toString()};
        assertThat(loaded(service).stream().filter(line -> line.contains("dev.pullcast.gateway.GatewayConfig ")))
                .singleElement()
                .asString()
                .contains("shared objects file");

        for (String kind : List.of("light", "all")) {
            Path cache = start.resolve(kind + ".aot");
            byte[] good = Files.readAllBytes(cache);
            try {
                Files.write(cache, Arrays.copyOf(good, good.length / 2));
                Ran ran = kind.equals("all") ? pullcast(service) : pullcast("--version");
                assertThat(ran.output().lines()).singleElement().asString().startsWith("pullcast");
            } finally {
                Files.write(cache, good);
            }
        }
    }

    /** The log of the classes that the JVM loads, and from where. */
    private List<String> loaded(String... arguments) throws IOException {
        Path log = folder.resolve("classes.log");
        List<String> command = new ArrayList<>(List.of(LAUNCHER));
        command.addAll(List.of(arguments));
        Processes.run(command, Map.of("PULLCAST_NO_BUILD", "1", "PULLCAST_JAVA_OPTS", "-Xlog:class+load:file=" + log));
        return Files.readAllLines(log);
    }

    @Test
    void anUnknownSettingStopsUpBeforeItStarts() throws IOException {
        Path settings = Files.writeString(folder.resolve("pullcast.properties"), "gateway.prot=8080\n");
        Ran ran = pullcast("up", "--config", settings.toString(), "--data", folder.toString());
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.USAGE);
        assertThat(ran.output()).contains("unknown setting 'gateway.prot'");
    }

    @Nested
    class OnARealEngine {
        @RegisterExtension
        static final DevEngine ENGINE = new DevEngine();

        @Test
        void pullBringsImagesAndReportsEachThatFails() {
            String digest = ENGINE.seedImage("cli/app:1", "--layers", "2", "--size", "1M,200K", "--seed", "5");
            String image = ENGINE.image("cli/app:1");
            Ran first = onEngine("pull", image, ENGINE.image("cli/none:1"), "Not A Name");
            assertThat(first.exitCode()).isEqualTo(ExitCodes.FAILED);
            assertThat(first.output())
                    .contains(image + ": pulled")
                    .contains(digest.substring("sha256:".length(), "sha256:".length() + 12))
                    .contains(ENGINE.image("cli/none:1") + ": not-found")
                    .contains("Not A Name: invalid-reference");
            assertThat(ENGINE.has(image)).isTrue();

            Ran second = onEngine("pull", "--output", "quiet", image);
            assertThat(second.exitCode()).isEqualTo(ExitCodes.OK);
            assertThat(second.output()).isEqualTo(image + "\n");
        }

        @Test
        void theEngineIsDescribedForPeopleAndForPrograms() {
            Ran text = onEngine("engine");
            assertThat(text.exitCode()).isEqualTo(ExitCodes.OK);
            assertThat(text.output())
                    .startsWith("docker ")
                    .contains(" at " + ENGINE.dockerHost() + "\n")
                    .containsPattern("API +1\\.\\d+ in use; the engine speaks 1\\.\\d+ to 1\\.\\d+")
                    .containsPattern("image store +graphdriver, driver overlay2")
                    .containsPattern("data root +/.*, \\d+\\.\\d GiB free")
                    .containsPattern("mirrors +none")
                    .containsPattern("insecure +.*127\\.0\\.0\\.0/8")
                    .containsPattern("downloads +3 layers at once \\(Docker's default\\)");
            Ran json = onEngine("engine", "--json");
            JsonNode node = ContractJson.mapper().readTree(json.output());
            assertThat(node.path("kind").asString()).isEqualTo("docker");
            assertThat(node.path("at").asString()).isEqualTo(ENGINE.dockerHost());
            assertThat(node.path("maxConcurrentDownloads").asInt()).isEqualTo(3);
            assertThat(node.path("mirrors").isObject()).isTrue();
        }

        @Test
        void aPullOnThisMachineKnowsWhatAWorkerKnows() throws IOException {
            try (DevEngine guarded = DevEngine.withLogin("me", "right").open()) {
                guarded.seedImage("cli/secret:1", "--layers", "1", "--size", "64K", "--seed", "8");
                Path secret = Files.createDirectory(folder.resolve("secret"));
                Files.writeString(
                        secret.resolve(".dockerconfigjson"),
                        "{\"auths\":{\"" + guarded.registry() + "\":{\"username\":\"me\",\"password\":\"right\"}}}");
                List<String> command = List.of(
                        LAUNCHER, "pull", "--socket", ENGINE.socket().toString(), guarded.image("cli/secret:1"));
                Ran refused =
                        Processes.run(command, Map.of("PULLCAST_NO_BUILD", "1", "DOCKER_CONFIG", folder.toString()));
                assertThat(refused.exitCode()).isEqualTo(ExitCodes.FAILED);
                assertThat(refused.output()).contains("auth");
                Ran pulled = Processes.run(
                        command,
                        Map.of(
                                "PULLCAST_NO_BUILD",
                                "1",
                                "DOCKER_CONFIG",
                                folder.toString(),
                                "PULLCAST_CREDENTIALS_PULL_SECRETS",
                                secret.toString()));
                assertThat(pulled.output()).contains(guarded.image("cli/secret:1") + ": pulled");
                assertThat(pulled.exitCode()).isEqualTo(ExitCodes.OK);
            }
        }

        @Test
        void whereOnlyTheDockerCommandReachesTheEngineItIsUsed() throws IOException {
            ENGINE.seed("cli/command:1", "--layers", "1", "--size", "1M", "--seed", "7");
            Path wrapper = Files.writeString(folder.resolve("docker"), """
                #!/bin/sh
                case $1 in --host=*) shift ;; esac
                PATH=${PATH#*:} exec docker --host "%s" "$@"
                """.formatted(ENGINE.dockerHost()));
            assertThat(wrapper.toFile().setExecutable(true)).isTrue();
            String nobody = folder.resolve("nobody.sock").toString();
            String image = ENGINE.image("cli/command:1");
            Ran ran = Processes.run(
                    List.of(LAUNCHER, "pull", "--socket", nobody, image),
                    Map.of("PULLCAST_NO_BUILD", "1", "PATH", folder + ":" + System.getenv("PATH")));
            assertThat(ran.output()).contains("using the docker command instead", image + ": pulled");
            assertThat(ran.exitCode()).isEqualTo(ExitCodes.OK);
            assertThat(ENGINE.has(image)).isTrue();
        }

        @Test
        void theDemoPullsTheImagesItIsToldToAndLeavesNothingRunning() {
            ENGINE.seed("cli/demo:1", "--layers", "2", "--size", "2M,100K", "--seed", "6");
            Map<String, String> environment = Map.of(
                    "DOCKER_HOST",
                    ENGINE.dockerHost(),
                    "DEMO_IMAGES",
                    ENGINE.image("cli/demo:1"),
                    "DEMO_DATA",
                    folder.resolve("demo").toString(),
                    "PULLCAST_GATEWAY_PORT",
                    "0",
                    "PULLCAST_NO_BUILD",
                    "1");
            String demo = Processes.checkout().resolve("scripts/demo").toString();
            Ran first = Processes.run(List.of(demo), environment).orFail();
            assertThat(first.output())
                    .contains(ENGINE.image("cli/demo:1") + ": pulled")
                    .contains("none missing, none twice")
                    .contains("dashboard");
            assertThat(ENGINE.has(ENGINE.image("cli/demo:1"))).isTrue();
            assertThat(ProcessHandle.allProcesses()
                            .flatMap(p -> p.info().commandLine().stream())
                            .filter(line -> line.contains(folder.toString())))
                    .isEmpty();

            Ran second = Processes.run(List.of(demo), environment).orFail();
            assertThat(second.output()).contains(ENGINE.image("cli/demo:1") + ": already present");
        }

        private static Ran onEngine(String command, String... arguments) {
            List<String> all = new ArrayList<>(
                    List.of(LAUNCHER, command, "--socket", ENGINE.socket().toString()));
            all.addAll(List.of(arguments));
            return Processes.run(all, Map.of("PULLCAST_NO_BUILD", "1"));
        }
    }

    private static Ran pullcast(String... arguments) {
        List<String> all = new ArrayList<>(List.of(LAUNCHER));
        all.addAll(List.of(arguments));
        return Processes.run(all, Map.of("PULLCAST_NO_BUILD", "1"));
    }
}
