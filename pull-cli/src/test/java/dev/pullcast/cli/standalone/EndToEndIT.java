// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.Pullcast;
import dev.pullcast.cli.client.GatewayClient;
import dev.pullcast.cli.client.JobIds;
import dev.pullcast.cli.command.ExitCodes;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.Fault;
import dev.pullcast.testkit.FaultProxy;
import dev.pullcast.testkit.Processes;
import dev.pullcast.testkit.SseProbe;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a pull on real parts, looked at from outside. */
class EndToEndIT {
    @RegisterExtension
    static final DevEngine ENGINE = new DevEngine();

    @TempDir
    static Path data;

    private static Standalone standalone;
    private static String url;

    @BeforeAll
    static void start() throws Standalone.StartFailed {
        standalone = new Standalone(UpConfig.of(
                null,
                data,
                Map.of("HOME", data.toString()),
                Map.of(
                        "engine.host",
                        ENGINE.dockerHost(),
                        "gateway.port",
                        "0",
                        "worker.id",
                        "east-1",
                        "pull.backoff-limit",
                        "1",
                        "pull.backoff-base-ms",
                        "20")));
        url = standalone.start();
    }

    @AfterAll
    static void stop() {
        if (standalone != null) {
            standalone.close();
        }
    }

    @Test
    void everyLayersWayIsSeenOverSseAndOnTheTopicsUntilTheImageIsOnTheEngine() throws IOException {
        String digest = ENGINE.seedImage("e2e/app:1", "--layers", "4", "--size", "9M,3M,1M,5M", "--seed", "41");
        String image = ENGINE.image("e2e/app:1");
        PullJob job = PullJob.of(JobIds.next(Instant.now()), List.of(ImageRequest.of(image)));

        List<PullEvent> seen;
        try (SseProbe stream = SseProbe.open(URI.create(url).getPort(), "/v1/events")) {
            new GatewayClient(url, null).enqueue(job);
            seen = Outside.untilCompleted(stream, job.id());
        }

        assertThat(seen.stream().map(PullEvent::type).toList())
                .startsWith("job.accepted", "pull.queued", "pull.started")
                .endsWith("pull.succeeded", "job.completed");
        thePhasesOfEachLayerAreInOrder(seen);
        thePercentageNeverDecreases(seen);
        PullEvent.Succeeded end = (PullEvent.Succeeded) seen.get(seen.size() - 2);
        assertThat(end.bytesDownloaded()).isEqualTo(Outside.bytesInRegistry(ENGINE, "e2e/app", digest));
        assertThat(end.layersDownloaded()).isEqualTo(4);
        assertThat(end.digest()).isEqualTo(digest).isEqualTo(Outside.digestInRegistry(ENGINE, "e2e/app", "1"));
        assertThat(ENGINE.docker("image", "inspect", "--format", "{{.RepoDigests}}", image))
                .contains(digest);
        theTopicsTellTheSame(job.id(), seen);
    }

    @Test
    void anImageThatDoesNotExistFailsOnceAndTheWorkerGoesOn() {
        Cli missing = pull(ENGINE.image("e2e/nothing:1"));
        assertThat(missing.exitCode()).isEqualTo(ExitCodes.FAILED);
        assertThat(missing.onlyFailure().reason()).isEqualTo(FailureReason.NOT_FOUND);
        assertThat(missing.onlyFailure().attempts()).isEqualTo(1);
        theWorkerGoesOn("e2e/after-missing:1");
    }

    @Test
    void aRegistryThatIsGoneFailsThePullOnceAfterItsRetriesAndTheWorkerGoesOn() {
        ENGINE.seed("e2e/unreachable:1", "--layers", "1", "--size", "100K", "--seed", "43");
        ENGINE.killRegistry();
        try {
            Cli refused = pull(ENGINE.image("e2e/unreachable:1"));
            assertThat(refused.exitCode()).isEqualTo(ExitCodes.FAILED);
            assertThat(refused.onlyFailure().reason()).isEqualTo(FailureReason.NETWORK);
            assertThat(refused.onlyFailure().attempts()).isEqualTo(2);
            assertThat(refused.onlyFailure().message()).contains("connection refused");
        } finally {
            ENGINE.restart();
        }
        theWorkerGoesOn("e2e/unreachable:1");
    }

    @Test
    void aSignalEndsTheFollowingAndNotTheJob() throws IOException, InterruptedException {
        ENGINE.seed("e2e/slow:1", "--layers", "1", "--size", "8M", "--seed", "44");
        try (FaultProxy registry = FaultProxy.before(ENGINE.registry())) {
            registry.whenLayer(new Fault.Slow(200_000), 10);
            String slow = registry.image("e2e/slow:1");
            ProcessBuilder builder = new ProcessBuilder(
                            Processes.checkout().resolve("pullcast").toString(), "pull", "--gateway", url, slow)
                    .redirectErrorStream(true);
            builder.environment().put("PULLCAST_NO_BUILD", "1");
            Process process = builder.start();
            StringBuilder said = new StringBuilder();
            try (BufferedReader lines = process.inputReader()) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    said.append(line).append('\n');
                    if (line.startsWith(slow + ": pulling")) {
                        process.toHandle().destroy(); // unlike that of the process, this leaves its output open
                    }
                }
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
            assertThat(said)
                    .containsPattern("Job \\S+ goes on")
                    .contains("left: " + slow + ". Job ", " goes on. Follow it again: pullcast watch --gateway " + url);

            registry.heal();
            Cli again = pull(slow);
            assertThat(again.exitCode()).isEqualTo(ExitCodes.OK);
            assertThat(ENGINE.has(slow)).isTrue();
        }
    }

    private static void theWorkerGoesOn(String image) {
        ENGINE.seed(image, "--layers", "1", "--size", "100K", "--seed", "42");
        Cli good = pull(ENGINE.image(image));
        assertThat(good.exitCode()).isEqualTo(ExitCodes.OK);
        assertThat(ENGINE.has(ENGINE.image(image))).isTrue();
    }

    private static void thePhasesOfEachLayerAreInOrder(List<PullEvent> events) {
        Map<String, LayerPhase> phases = new HashMap<>();
        for (PullEvent event : events) {
            if (event instanceof PullEvent.Layer layer) {
                LayerPhase before = phases.put(
                        layer.origin().attempt() + "/" + layer.origin().engineRetry() + "/" + layer.layer(),
                        layer.phase());
                assertThat(before == null || before.compareTo(layer.phase()) <= 0)
                        .as("%s after %s of layer %s", layer.phase(), before, layer.layer())
                        .isTrue();
            }
        }
        assertThat(phases).hasSize(4);
        assertThat(phases.values()).allMatch(LayerPhase::isFinal);
    }

    private static void thePercentageNeverDecreases(List<PullEvent> events) {
        List<Double> percents = events.stream()
                .filter(PullEvent.Progress.class::isInstance)
                .map(event -> ((PullEvent.Progress) event).percent())
                .toList();
        assertThat(percents).isNotEmpty().isSorted().last().isEqualTo(100.0);
    }

    private static void theTopicsTellTheSame(String job, List<PullEvent> seen) {
        String kafka = standalone.kafka();
        assertThat(Outside.fromTopic(kafka, Topics.DEFAULT.events(), job)).isEqualTo(seen);
        assertThat(Outside.fromTopic(kafka, Topics.DEFAULT.results(), job))
                .isEqualTo(seen.stream().filter(PullEvent::isTerminal).toList());
    }

    /** A command that has ended; its output is one event a line. */
    private record Cli(int exitCode, List<PullEvent> events) {
        /** Also on the topic there is one, and no other end. */
        PullEvent.Failed onlyFailure() {
            List<PullEvent> ends =
                    Outside.fromTopic(
                                    standalone.kafka(),
                                    Topics.DEFAULT.results(),
                                    events.getFirst().jobId())
                            .stream()
                            .filter(PullEvent.OfPull.class::isInstance)
                            .toList();
            assertThat(ends).hasSize(1);
            assertThat(events.stream()
                            .filter(PullEvent.OfPull.class::isInstance)
                            .filter(PullEvent::isTerminal)
                            .toList())
                    .isEqualTo(ends);
            return (PullEvent.Failed) ends.getFirst();
        }
    }

    private static Cli pull(String image) {
        StringWriter out = new StringWriter();
        int exitCode = Pullcast.execute(
                new PrintWriter(out),
                new PrintWriter(new StringWriter()),
                "pull",
                "--gateway",
                url,
                "--output",
                "json",
                image);
        return new Cli(
                exitCode,
                out.toString()
                        .lines()
                        .map(line -> ContractJson.readEvent(line.getBytes(StandardCharsets.UTF_8)))
                        .toList());
    }
}
