// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.pullcast.cli.command.ExitCodes;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.Fault;
import dev.pullcast.testkit.FaultProxy;
import dev.pullcast.testkit.Processes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code pullcast pull} on a real engine, with a registry whose requests are counted. */
class PullIT {
    @RegisterExtension
    static final DevEngine ENGINE = new DevEngine();

    private static final int GOOD = 9;

    @TempDir
    private Path folder;

    private FaultProxy registry;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void seed() {
        for (int i = 1; i <= GOOD; i++) {
            ENGINE.seed("pull/app:" + i, "--layers", "1", "--size", "20K", "--seed", "" + (700 + i));
        }
        ENGINE.seed("pull/slow:1", "--layers", "1", "--size", "8M", "--seed", "720");
    }

    @BeforeEach
    void startRegistry() {
        registry = FaultProxy.before(ENGINE.registry());
    }

    @AfterEach
    void stopRegistry() {
        registry.close();
    }

    @Test
    void aFolderWithAllKindsOfSourcesIsPulledOnceAndABadTagIsReportedAlone() throws IOException {
        project();
        assertThat(pull("-p", folder.toString())).isEqualTo(ExitCodes.FAILED);
        for (int i = 1; i <= GOOD; i++) {
            assertThat(out.toString()).contains(app(i) + ": pulled");
            assertThat(ENGINE.has(app(i))).isTrue();
        }
        assertThat(out.toString().lines().filter(line -> line.contains(": failed: not-found:")))
                .singleElement()
                .asString()
                .startsWith(registry.image("pull/none:1"));

        int asked = registry.requests().size();
        assertThat(asked).isPositive();
        Files.delete(folder.resolve("images.txt"));
        assertThat(pull("-p", folder.toString())).isEqualTo(ExitCodes.OK);
        assertThat(out.toString()).contains(app(1) + ": already present").doesNotContain(": pulled");
        assertThat(registry.requests()).as("requests of the second run").hasSize(asked);
    }

    @Test
    void withoutParallelOneImageIsPulledAfterTheOtherInTheOrderAskedFor() {
        assertThat(pull("--output", "json", app(1), app(2), app(3))).isEqualTo(ExitCodes.OK);
        assertThat(events().stream()
                        .filter(event -> !(event instanceof PullEvent.Queued))
                        .map(event -> ((PullEvent.OfPull) event).origin().image())
                        .distinct())
                .containsExactly(app(1), app(2), app(3));
        List<String> order = events().stream()
                .filter(event -> event instanceof PullEvent.Started || event.isTerminal())
                .map(PullEvent::type)
                .toList();
        assertThat(order)
                .containsExactly(
                        "pull.started",
                        "pull.succeeded",
                        "pull.started",
                        "pull.succeeded",
                        "pull.started",
                        "pull.succeeded");
    }

    @Test
    void neverAsksNoRegistryAndFailsWhatIsNotThere() {
        pull(app(1));
        int asked = registry.requests().size();
        assertThat(pull("--policy", "never", app(1), app(2))).isEqualTo(ExitCodes.FAILED);
        assertThat(out.toString()).contains(app(1) + ": already present", app(2) + ": failed: not-found");
        assertThat(registry.requests()).hasSize(asked);
        assertThat(ENGINE.has(app(2))).isFalse();
    }

    @Test
    void alwaysAsksTheRegistryForWhatIsThere() {
        pull(app(1));
        int asked = registry.requests().size();
        assertThat(pull("--policy", "always", app(1))).isEqualTo(ExitCodes.OK);
        assertThat(registry.requests()).hasSizeGreaterThan(asked);
    }

    @Test
    void whatIsThereIsLeftOutWithOnlyMissingAndAListPullsNothing() {
        pull(app(1));
        assertThat(pull("--list", "--only-missing", app(1), app(2))).isEqualTo(ExitCodes.OK);
        assertThat(out).hasToString(app(2) + "\n");
        assertThat(ENGINE.has(app(2))).isFalse();
        assertThat(pull("--only-missing", app(1), app(2))).isEqualTo(ExitCodes.OK);
        assertThat(out.toString()).contains(app(2) + ": pulled").doesNotContain(app(1));
        assertThat(pull("--only-missing", app(1), app(2))).isEqualTo(ExitCodes.OK);
        assertThat(err.toString()).contains("nothing to pull");
    }

    @Test
    void failFastLeavesTheOthersWhereTheyAre() {
        assertThat(pull("--fail-fast", registry.image("pull/none:1"), app(4), app(5)))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(out.toString()).contains(app(4) + ": cancelled", app(5) + ": cancelled");
        assertThat(ENGINE.has(app(5))).isFalse();
    }

    @Test
    void aLockIsWrittenAndLaterVerified() throws IOException {
        Path lock = folder.resolve("images.lock");
        assertThat(pull("--lock", lock.toString(), app(1), app(2))).isEqualTo(ExitCodes.OK);
        String written = Files.readString(lock);
        assertThat(written.lines().filter(line -> line.matches(".*@sha256:[0-9a-f]{64}")))
                .hasSize(2);
        assertThat(pull("--verify", "--lock", lock.toString(), app(1), app(2))).isEqualTo(ExitCodes.OK);

        Files.writeString(lock, written.replaceFirst("@sha256:.{8}", "@sha256:00000000"));
        assertThat(pull("--verify", "--lock", lock.toString(), app(1), app(2))).isEqualTo(ExitCodes.FAILED);
        assertThat(out.toString()).contains(app(1) + ": failed: digest-mismatch");
        assertThat(err.toString()).contains("was not written");
    }

    @Test
    void theLogIsWrittenForPeopleAndShownByPullcastLog() {
        Path log = folder.resolve("pull.log");
        assertThat(pull("--log-file", log.toString(), app(6))).isEqualTo(ExitCodes.OK);
        out.getBuffer().setLength(0);
        assertThat(run("log", "--file", log.toString())).isEqualTo(ExitCodes.OK);
        assertThat(out.toString()).contains(app(6) + ": SUCCEEDED");
    }

    @Test
    void aRegistryThatFailsIsAskedAgainAsOftenAsRetriesSay() {
        registry.when("/v2/pull/app/manifests/", new Fault.Answer(503, Map.of(), "down for a moment"), 100);
        assertThat(pull("--output", "json", "--retries", "1", app(7))).isEqualTo(ExitCodes.FAILED);
        assertThat(onlyFailure().attempts()).isEqualTo(2);
        assertThat(onlyFailure().reason()).isEqualTo(FailureReason.REGISTRY);

        registry.heal();
        assertThat(pull("--output", "json", "--retries", "0", app(7))).isEqualTo(ExitCodes.OK);
    }

    @Test
    void anAttemptEndsAfterItsTimeout() {
        registry.whenLayer(new Fault.StallAfter(1_000), 100);
        String slow = registry.image("pull/slow:1");
        assertThat(pull("--output", "json", "--retries", "0", "--timeout", "2s", slow))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(onlyFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(onlyFailure().message()).contains("2 s");
        assertThat(ENGINE.has(slow)).isFalse();
    }

    private PullEvent.Failed onlyFailure() {
        return (PullEvent.Failed) events().stream()
                .filter(PullEvent::isTerminal)
                .reduce((a, b) -> fail(a + " and " + b))
                .orElseThrow();
    }

    @Test
    void aSignalEndsItInGoodOrderAndTellsWhatIsLeft() throws IOException, InterruptedException {
        registry.whenLayer(new Fault.Slow(100_000), 10);
        String slow = registry.image("pull/slow:1");
        ProcessBuilder builder = new ProcessBuilder(
                        Processes.checkout().resolve("pullcast").toString(),
                        "pull",
                        "--socket",
                        ENGINE.socket().toString(),
                        app(1),
                        slow)
                .redirectErrorStream(true);
        builder.environment().put("PULLCAST_NO_BUILD", "1");
        Process process = builder.start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.append(line).append('\n');
                if (line.startsWith(slow + ": pulling")) {
                    process.toHandle().destroy(); // unlike that of the process, this leaves its output open
                }
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + 15);
        assertThat(said.toString())
                .contains(slow + ": cancelled: stopped by Ctrl-C or a signal")
                .contains(
                        "pullcast: stopped; 1 of 2 are there, left: " + slow + ". The same command goes on with them.");
        assertThat(ENGINE.has(slow)).isFalse();
    }

    @AfterEach
    void removeImages() {
        for (int i = 1; i <= GOOD; i++) {
            ENGINE.tryDocker("image", "rm", "-f", app(i));
        }
    }

    /** Nine images that are in the registry, and one that is not, in every kind of source. */
    private void project() throws IOException {
        Files.writeString(folder.resolve("compose.yaml"), """
            services:
              web: {image: "%s"}
              database: {image: "${DATABASE:-%s}"}
            """.formatted(app(1), app(2)));
        Files.writeString(folder.resolve("Dockerfile"), "FROM " + app(3) + " AS build\nFROM build\n");
        Files.writeString(folder.resolve("pods.yaml"), """
            apiVersion: v1
            kind: Pod
            metadata: {name: app}
            spec:
              initContainers: [{name: init, image: "%s"}]
              containers: [{name: app, image: "%s"}]
            """.formatted(app(4), app(5)));
        Files.writeString(folder.resolve("lab.clab.yml"), """
            name: lab
            topology:
              kinds: {linux: {image: "%s"}}
              nodes: {one: {kind: linux}, two: {kind: linux, image: "%s"}}
            """.formatted(app(6), app(7)));
        Files.writeString(folder.resolve("smoke.clnrm.toml"), """
            [test.metadata]
            name = "smoke"
            [service.app]
            plugin = "generic_container"
            image = "%s"
            """.formatted(app(8)));
        Files.writeString(folder.resolve("more.images"), app(9) + "\n" + app(1) + "\n");
        Files.writeString(folder.resolve("images.txt"), registry.image("pull/none:1") + "\n");
    }

    private String app(int i) {
        return registry.image("pull/app:" + i);
    }

    private List<PullEvent> events() {
        return out.toString()
                .lines()
                .map(line -> ContractJson.readEvent(line.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    private int pull(String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("pull", "--socket", ENGINE.socket().toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Pullcast.execute(new PrintWriter(out), new PrintWriter(err), arguments);
    }
}
