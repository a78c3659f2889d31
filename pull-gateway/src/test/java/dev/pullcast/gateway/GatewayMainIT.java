// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The gateway as a program, ended as an orchestrator ends it. */
class GatewayMainIT {
    private static final int SIGTERM = 143;
    private static final Duration START = Duration.ofMinutes(1);
    private static final int END_SECONDS = 15;

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @TempDir
    Path folder;

    private final List<Program> programs = new ArrayList<>();

    /** A process, where it listens, and what it has said. */
    private record Program(Process process, int port, Path output) {
        String said() {
            try {
                return Files.readString(output);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int exit() throws InterruptedException {
            assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS))
                    .as(this::said)
                    .isTrue();
            return process.exitValue();
        }

        boolean isReady() {
            return answers("/readyz");
        }

        boolean isAlive() {
            return answers("/healthz");
        }

        private boolean answers(String path) {
            assertThat(process.isAlive()).as(this::said).isTrue();
            try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(probe.isConnected()).isTrue();
            } catch (IOException e) {
                return false;
            }
            return SseProbe.get(port, path).status() == 200;
        }
    }

    @AfterEach
    void stop() {
        programs.forEach(program -> program.process().destroyForcibly());
    }

    private Program start(int port, Map<String, String> environment, String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(
                java,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                GatewayMain.class.getName()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("gateway-" + programs.size() + ".log");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PULLCAST_GATEWAY_PORT", Integer.toString(port));
        builder.environment().put("PULLCAST_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        builder.environment().put("PULLCAST_TOPICS_PREFIX", kafka.topics().prefix());
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Program program = new Program(process, port, output);
        programs.add(program);
        return program;
    }

    private static JsonNode json(SseProbe.Block block) {
        return dev.pullcast.contract.codec.ContractJson.mapper().readTree(block.data());
    }

    @Test
    void at_sigterm_every_stream_gets_its_last_events_and_a_clean_end_and_goes_on_at_another_gateway()
            throws Exception {
        Program first = start(BrokerProcess.freePort(), Map.of());
        Program second = start(BrokerProcess.freePort(), Map.of());
        await().atMost(START).until(() -> first.isReady() && second.isReady());
        String job = UlidCreator.getMonotonicUlid().toString();
        int events = 600;
        List<SseProbe> streams = new ArrayList<>();
        try (EventWriter writer = new EventWriter(kafka)) {
            writer.write(GatewayFixture.accepted(job, "w1"));
            writer.flush();
            for (String path : List.of("/v1/events", "/v1/pulls/" + job + "/events", "/v1/events?type=pull.retrying")) {
                SseProbe stream = SseProbe.open(first.port(), path);
                stream.nextEvent("snapshot");
                streams.add(stream);
            }
            for (int i = 1; i <= events; i++) {
                writer.write(EventWriter.step(job, i, "step"));
                if (i == events / 2) {
                    writer.flush();
                    // As kubelet and systemd do.
                    first.process().destroy();
                }
            }
        }
        for (int i = 0; i < streams.size(); i++) {
            String path = List.of("/v1/events", "/v1/pulls/" + job + "/events", "/v1/events")
                    .get(i);
            List<Integer> seen = new ArrayList<>();
            String last;
            Optional<Long> retry = Optional.empty();
            try (SseProbe stream = streams.get(i)) {
                Optional<SseProbe.Block> block = stream.next();
                for (; block.isPresent(); block = stream.next()) {
                    retry = Optional.ofNullable(block.get().retry());
                    if (block.get().event().equals("pull.retrying")) {
                        seen.add(json(block.get()).get("seq").asInt());
                    }
                }
                last = stream.lastEventId();
            }
            assertThat(retry)
                    .as("the last word")
                    .hasValueSatisfying(ms -> assertThat(ms).isBetween(1_000L, 4_000L));
            try (SseProbe resumed = SseProbe.open(second.port(), path, "Last-Event-ID: " + last)) {
                while (seen.isEmpty() || seen.getLast() < events) {
                    seen.add(json(resumed.nextEvent("pull.retrying")).get("seq").asInt());
                }
            }
            assertThat(seen)
                    .as(path)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, events).boxed().toList());
        }
        assertThat(first.exit()).isEqualTo(SIGTERM);
        assertThat(first.said()).doesNotContain("cut off", "Exception");
        assertThat(second.isReady()).isTrue();
    }

    @Test
    void without_kafka_it_says_so_once_stays_and_ends_at_sigterm() throws Exception {
        Program program = start(
                BrokerProcess.freePort(),
                Map.of("PULLCAST_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + BrokerProcess.freePort()));
        await().atMost(START).until(program::isAlive);
        await().atMost(START).until(() -> program.said().contains("cannot be used yet"));
        try (SseProbe stream = SseProbe.open(program.port(), "/v1/events")) {
            assertThat(stream.nextEvent().event()).isEqualTo("degraded");
            program.process().destroy();
            assertThat(stream.toEnd()).isEmpty();
        }
        assertThat(program.exit()).isEqualTo(SIGTERM);
        assertThat(Stream.of(program.said().split("\n")).filter(line -> line.contains("cannot be used yet")))
                .hasSize(1);
    }

    @Test
    void a_port_that_is_taken_is_one_sentence_and_exit_code_1() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Program program = start(taken.getLocalPort(), Map.of());
            assertThat(program.process().waitFor(30, TimeUnit.SECONDS))
                    .as(program::said)
                    .isTrue();
            assertThat(program.exit()).isEqualTo(1);
            assertThat(program.said())
                    .contains("pullcast gateway: it cannot start: ")
                    .contains("in use");
        }
    }

    @Test
    void a_setting_that_nobody_knows_is_exit_code_2() throws Exception {
        Program program = start(BrokerProcess.freePort(), Map.of(), "--role", "api");
        assertThat(program.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exit()).isEqualTo(2);
        assertThat(program.said()).contains("'--role' is unknown");
    }
}
