// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.kafka.Rights;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.gateway.Gateway;
import dev.pullcast.testkit.EngineAnswer;
import dev.pullcast.testkit.EngineRoute;
import dev.pullcast.testkit.SecureKafka;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.worker.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fleet on a Kafka that lets nobody in whom it does not know, and nobody do more than docs/kafka-security.md says. */
class SecuredFleetIT {
    private static final String IMAGE = "127.0.0.1:22000/team/app:1";
    private static final String ENDLESS = "127.0.0.1:22000/team/endless:1";

    @TempDir
    static Path folder;

    private static SecureKafka kafka;

    @BeforeAll
    static void start() throws IOException {
        kafka = SecureKafka.start(Files.createDirectory(folder.resolve("kafka")), "worker", "api", "coordinator");
    }

    @AfterAll
    static void stop() {
        if (kafka != null) {
            kafka.close();
        }
    }

    @ParameterizedTest
    @EnumSource(SecureKafka.Way.class)
    void everyRoleDoesAllItsWorkWithTheLeastRightsAndNoSecretIsToldAnywhere(SecureKafka.Way way) throws IOException {
        Topics topics = kafka.topics("least-" + way.name().toLowerCase(Locale.ROOT) + ".", 3);
        kafka.grant("worker", Rights.ofWorker(topics, "w1"));
        kafka.grant("worker", Rights.ofWorker(topics, "w2"));
        kafka.grant("api", Rights.ofApi(topics));
        kafka.grant("coordinator", Rights.ofCoordinator(topics));
        Path data = Files.createDirectory(folder.resolve(way.name()));
        try (SecretsInLogs logs = new SecretsInLogs(kafka::secrets);
                SecuredFleet fleet = new SecuredFleet(kafka, way, topics, data)) {
            fleet.engine()
                    .whenPulled(SecuredFleet.delivers(fleet.engine(), IMAGE))
                    .whenPulled(
                            "127.0.0.1:22000/team/endless",
                            EngineAnswer.stream()
                                    .lines("{\"status\":\"Pulling from team/endless\",\"id\":\"1\"}")
                                    .stall());
            Gateway coordinator = fleet.gateway("coordinator", "coordinator");
            Gateway api = fleet.gateway("api", "api");
            Worker worker = fleet.worker("worker", "w1");

            anImageIsPulled(api);
            aJobIsCancelledThatAnotherCoordinatorTookOver(fleet, coordinator, api);
            whatIsNoJobIsRejected(topics);
            aSetIsGivenToAWorkerThatComesLate(fleet, api, topics);

            String dump = SseProbe.get(api.port(), "/debug/dump").body();
            assertThat(dump).contains("kafka.ssl.truststore.location").contains("***");
            assertThat(List.of(
                            dump,
                            fleet.gatewayConfig("api", "api").toString(),
                            fleet.workerConfig("worker", "w1").toString(),
                            SseProbe.get(api.port(), "/metrics").body()))
                    .allSatisfy(text -> assertThat(kafka.secrets()).noneMatch(text::contains));
            assertThat(worker.open()).isEmpty();
            assertThat(logs.seen()).isGreaterThan(100);
            assertThat(logs.found()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SecureKafka.Way.class,
            names = {"SCRAM", "OAUTH"})
    void aWrongPasswordIsRefusedInWordsThatDoNotRepeatIt(SecureKafka.Way way) {
        Map<String, String> client = new HashMap<>(kafka.client(way, "worker"));
        client.computeIfPresent(
                "sasl.jaas.config",
                (_, jaas) -> jaas.replace("secret-", "hunter2-").replace("\";", "-wrong\";"));
        Topics topics = new Topics("nobody.");
        try (SecretsInLogs logs = new SecretsInLogs(() -> List.of("hunter2"))) {
            var result = TopicSetup.ensure(new HashMap<>(client), topics, 1, (short) 1, Rights.ofApi(topics));
            assertThat(result)
                    .isInstanceOfSatisfying(
                            TopicSetup.Unusable.class,
                            unusable -> assertThat(unusable.problem())
                                    .doesNotContain("hunter2")
                                    .containsAnyOf("uthenticat", "invalid_client", "401"));
            assertThat(logs.found()).isEmpty();
        }
    }

    private static void anImageIsPulled(Gateway api) {
        try (SseProbe stream = SseProbe.open(api.port(), "/v1/events")) {
            List<PullEvent> seen = Outside.untilCompleted(stream, post(api, "{\"images\":[\"" + IMAGE + "\"]}"));
            assertThat(seen).extracting(PullEvent::type).contains("layer", "pull.succeeded");
        }
    }

    private static void aJobIsCancelledThatAnotherCoordinatorTookOver(
            SecuredFleet fleet, Gateway coordinator, Gateway api) {
        try (SseProbe stream = SseProbe.open(api.port(), "/v1/events")) {
            String job = post(api, "{\"images\":[\"" + ENDLESS + "\"]}");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> fleet.engine().requests(EngineRoute.PULL).size(), size -> size > 1);
            SecuredFleet.await(coordinator.close());
            fleet.gateway("coordinator", "coordinator");
            assertThat(SseProbe.request(api.port(), "DELETE", "/v1/pulls/" + job, "")
                            .status())
                    .isBetween(200, 299);
            assertThat(Outside.untilCompleted(stream, job))
                    .extracting(PullEvent::type)
                    .contains("pull.cancelled");
        }
    }

    private static void whatIsNoJobIsRejected(Topics topics) {
        byte[] garbage = "{\"images\": 7".getBytes(StandardCharsets.UTF_8);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                new HashMap<>(kafka.superUser()), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topics.jobs(), garbage)).get(20, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Outside.valuesOf(superServers(), topics.rejected()).stream()
                        .anyMatch(value -> Arrays.equals(value, garbage)));
    }

    private static void aSetIsGivenToAWorkerThatComesLate(SecuredFleet fleet, Gateway api, Topics topics) {
        try (SseProbe stream = SseProbe.open(api.port(), "/v1/events")) {
            Outside.untilCompleted(stream, post(api, "{\"images\":[\"" + IMAGE + "\"],\"keep\":true}"));
        }
        fleet.worker("worker", "w2");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> Outside.valuesOf(superServers(), topics.results()).stream()
                        .map(ContractJson::readEvent)
                        .anyMatch(event -> event instanceof PullEvent.OfPull pull
                                && pull.origin().worker().equals("w2")));
    }

    private static String post(Gateway api, String json) {
        SseProbe.Answer answer = SseProbe.postJson(api.port(), "/v1/pulls", json);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        return ContractJson.mapper().readTree(answer.body()).path("id").asString();
    }

    private static String superServers() {
        return kafka.superUser().getOrDefault("bootstrap.servers", "");
    }
}
