// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.kafka.Rights;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.testkit.Processes;
import dev.pullcast.testkit.ScriptedEngine;
import dev.pullcast.testkit.SecureKafka;
import dev.pullcast.testkit.SseProbe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code pullcast gateway} and {@code pullcast worker} as processes, told of Kafka in a file and in the environment. */
class SecuredCommandsIT {
    private static final Topics TOPICS = new Topics("commands.");
    private static final String IMAGE = "127.0.0.1:22000/team/app:1";

    @TempDir
    Path folder;

    private final ScriptedEngine engine = ScriptedEngine.start();
    private final List<Process> processes = new ArrayList<>();
    private SecureKafka kafka;

    @BeforeEach
    void start() throws IOException {
        kafka = SecureKafka.start(Files.createDirectory(folder.resolve("kafka")), "gateway", "worker");
        kafka.topics(TOPICS.prefix(), 3);
        kafka.grant("worker", Rights.ofWorker(TOPICS, "w1"));
        kafka.grant("gateway", Rights.ofApi(TOPICS));
        kafka.grant("gateway", Rights.ofCoordinator(TOPICS));
        engine.whenPulled(SecuredFleet.delivers(engine, IMAGE));
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
        engine.close();
        kafka.close();
    }

    @ParameterizedTest
    @EnumSource(SecureKafka.Way.class)
    void theySpeakToAKafkaThatAsksWhoTheyAre(SecureKafka.Way way) throws IOException, InterruptedException {
        int port = freePort();
        Path settings = Files.writeString(
                folder.resolve("gateway.properties"),
                "gateway.port=" + port + "\ntopics.prefix=" + TOPICS.prefix() + '\n'
                        + kafka.client(way, "gateway").entrySet().stream()
                                .map(e -> "kafka." + e.getKey() + '=' + e.getValue() + '\n')
                                .collect(Collectors.joining()));
        Map<String, String> environment = new HashMap<>();
        kafka.client(way, "worker")
                .forEach((key, value) -> environment.put(
                        "PULLCAST_KAFKA_" + key.toUpperCase(Locale.ROOT).replace('.', '_'), value));
        environment.put("PULLCAST_TOPICS_PREFIX", TOPICS.prefix());
        environment.put("PULLCAST_WORKER_ID", "w1");
        environment.put("PULLCAST_WORKER_DATA_DIR", folder.resolve("data").toString());
        environment.put("PULLCAST_WORKER_OPS_PORT", "0");
        environment.put("PULLCAST_ENGINE_HOST", "unix://" + engine.socket());
        Path gatewayLog = folder.resolve("gateway.log");
        Path workerLog = folder.resolve("worker.log");

        Process gateway = launch(Map.of(), gatewayLog, "gateway", "--config", settings.toString());
        Process worker = launch(environment, workerLog, "worker");
        awaitListening(port, gateway, gatewayLog);
        try (SseProbe stream = SseProbe.open(port, "/v1/events")) {
            SseProbe.Answer answer = SseProbe.postJson(port, "/v1/pulls", "{\"images\":[\"" + IMAGE + "\"]}");
            assertThat(answer.status()).isEqualTo(202);
            String job =
                    ContractJson.mapper().readTree(answer.body()).path("id").asString();
            assertThat(Outside.untilCompleted(stream, job))
                    .as("the worker said: %s", Files.readString(workerLog))
                    .extracting(PullEvent::type)
                    .contains("layer", "pull.succeeded");
        }
        worker.destroy();
        gateway.destroy();

        assertThat(worker.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(gateway.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(List.of(Files.readString(gatewayLog), Files.readString(workerLog)))
                .allSatisfy(log -> assertThat(kafka.secrets()).noneMatch(log::contains));
    }

    private void awaitListening(int port, Process gateway, Path log) throws IOException {
        Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .failFast("it ended: " + Files.readString(log), () -> !gateway.isAlive())
                .ignoreExceptions()
                .until(() -> SseProbe.get(port, "/readyz").status() == 200);
    }

    private Process launch(Map<String, String> environment, Path log, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(Processes.checkout().resolve("pullcast").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("PULLCAST_NO_BUILD", "1");
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
