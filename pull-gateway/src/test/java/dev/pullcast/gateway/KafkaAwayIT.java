// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static dev.pullcast.gateway.GatewayFixture.queued;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A real broker that is not there yet, is killed, and comes back. */
class KafkaAwayIT {
    private static final Topics TOPICS = new Topics("away.");
    private static final Duration LONG = Duration.ofMinutes(1);
    /** With what a busy machine takes. */
    private static final Duration PROMPT = Duration.ofSeconds(3);

    private static final int PUBLISH_SECONDS = 5;

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path folder;

    private final int kafkaPort = BrokerProcess.freePort();
    private final String servers = "127.0.0.1:" + kafkaPort;
    private final String job = UlidCreator.getMonotonicUlid().toString();
    private Optional<BrokerProcess> broker = Optional.empty();

    @SuppressWarnings("NullAway.Init") // by JUnit, before any test
    private Gateway gateway;

    @BeforeEach
    void make() {
        Map<String, String> settings = new HashMap<>(Map.of(
                "gateway.port", "0",
                "gateway.event-loops", "1",
                "gateway.publish-timeout-millis", Integer.toString(PUBLISH_SECONDS * 1000),
                "gateway.sse.heartbeat-seconds", "1",
                "topics.prefix", TOPICS.prefix(),
                "topics.partitions", "2",
                "kafka.bootstrap.servers", servers));
        gateway = new Gateway(
                loops.vertx(),
                GatewayConfig.of(Settings.read(GatewayConfig.KEYS, null, Map.of(), settings)),
                InstantSource.system());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close().await(30, TimeUnit.SECONDS);
        broker.ifPresent(BrokerProcess::close);
    }

    private void startKafka(String data) throws Exception {
        broker = Optional.of(BrokerProcess.start(folder.resolve(data), kafkaPort));
    }

    private void killKafka() {
        broker.orElseThrow().close();
    }

    private void startGateway() throws Exception {
        gateway.start().await(60, TimeUnit.SECONDS);
    }

    private void awaitReady() {
        await().atMost(LONG).until(() -> get("/readyz").status() == 200);
    }

    private SseProbe.Answer get(String path) {
        return SseProbe.get(gateway.port(), path);
    }

    private SseProbe.Answer post() {
        return SseProbe.postJson(gateway.port(), "/v1/pulls", "{\"images\":[\"alpine\"]}");
    }

    private static JsonNode json(String text) {
        return ContractJson.mapper().readTree(text);
    }

    private static Predicate<SseProbe.Block> degraded(boolean so) {
        return block -> block.event().equals("degraded")
                && json(block.data()).get("degraded").asBoolean() == so;
    }

    private static void assertRefused(SseProbe.Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isPresent();
        assertThat(answer.header("content-type")).contains("application/problem+json");
    }

    private static <T> T within(Duration bound, java.util.concurrent.Callable<T> act) throws Exception {
        long before = System.nanoTime();
        T result = act.call();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(bound);
        return result;
    }

    /** As a worker does it, which goes on while Kafka is away and writes when it is back. */
    private KafkaProducer<String, byte[]> worker() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "max.block.ms", "60000", "delivery.timeout.ms", "120000"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the test looks for each event
    private void write(KafkaProducer<String, byte[]> worker, PullEvent event) {
        worker.send(new ProducerRecord<>(TOPICS.events(), 1, event.jobId(), ContractJson.write(event)));
    }

    private static long seq(SseProbe.Block block) {
        return json(block.data()).get("seq").asLong();
    }

    @Test
    void streams_say_so_and_stay_jobs_are_refused_and_when_it_is_back_nothing_was_lost_or_repeated() throws Exception {
        startKafka("data");
        startGateway();
        awaitReady();
        int missed = 300;
        try (KafkaProducer<String, byte[]> worker = worker();
                SseProbe stream = SseProbe.open(gateway.port(), "/v1/events?type=pull.queued")) {
            stream.nextEvent("snapshot");
            write(worker, queued(job, "w1", 1));
            assertThat(seq(stream.nextEvent("pull.queued"))).isEqualTo(1);

            Instant killed = Instant.now();
            killKafka();
            assertRefused(within(Duration.ofSeconds(PUBLISH_SECONDS).plus(PROMPT), this::post));
            JsonNode words = json(stream.nextEvent(degraded(true)).data());
            assertThat(Instant.parse(words.get("since").asString())).isAfter(killed.minusSeconds(10));
            assertThat(words.get("message").asString()).isEqualTo("Kafka does not answer");

            assertRefused(within(PROMPT, this::post));
            assertRefused(within(PROMPT, () -> SseProbe.request(gateway.port(), "DELETE", "/v1/pulls/" + job, "")));
            SseProbe.Answer ready = within(PROMPT, () -> get("/readyz"));
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.body()).contains("DOWN: Kafka does not answer, since 20");
            assertThat(get("/healthz").status()).isEqualTo(200);
            assertThat(get("/v1/pulls").body()).contains(job);
            // It waits for Kafka to tell where partitions are.
            CompletableFuture<Void> going = CompletableFuture.runAsync(() -> {
                for (int i = 2; i <= 1 + missed; i++) {
                    write(worker, queued(job, "w1", i));
                }
            });
            String unknown = UlidCreator.getMonotonicUlid().toString();
            try (SseProbe late = SseProbe.open(gateway.port(), "/v1/events", "Last-Event-ID: " + stream.lastEventId());
                    SseProbe ofJob = SseProbe.open(gateway.port(), "/v1/pulls/" + job + "/events");
                    SseProbe ofNoJob = SseProbe.open(gateway.port(), "/v1/pulls/" + unknown + "/events")) {
                for (SseProbe each : List.of(late, ofJob, ofNoJob)) {
                    assertThat(each.status()).isEqualTo(200);
                    assertThat(each.nextEvent()).matches(degraded(true));
                }
                ofJob.nextEvent("snapshot");
                for (SseProbe each : List.of(stream, late, ofJob, ofNoJob)) {
                    assertThat(each.next().orElseThrow().comments())
                            .as("a heartbeat")
                            .isNotEmpty();
                }

                startKafka("data");
                going.get(60, TimeUnit.SECONDS);
                worker.flush();
                for (SseProbe each : List.of(stream, late, ofJob)) {
                    List<Long> got = IntStream.range(0, missed)
                            .mapToObj(_ -> seq(each.nextEvent("pull.queued")))
                            .toList();
                    assertThat(got)
                            .containsExactlyElementsOf(IntStream.rangeClosed(2, 1 + missed)
                                    .mapToObj(Long::valueOf)
                                    .toList());
                }
                SseProbe.Block last = ofNoJob.nextEvent("error");
                assertThat(json(last.data()).get("status").asInt()).isEqualTo(404);
                assertThat(ofNoJob.next()).isEmpty();
            }
            awaitReady();
            assertThat(post().status()).isEqualTo(202);
            write(worker, queued(job, "w1", 2L + missed));
            worker.flush();
            assertThat(seq(stream.nextEvent("pull.queued"))).isEqualTo(2 + missed);
        }
        try (SseProbe after = SseProbe.open(gateway.port(), "/v1/events")) {
            assertThat(after.nextEvent().event()).as("it is over").isEqualTo("snapshot");
        }
    }

    @Test
    void it_says_that_it_is_over_after_what_was_missed() throws Exception {
        startKafka("data");
        startGateway();
        awaitReady();
        try (SseProbe stream = SseProbe.open(gateway.port(), "/v1/events")) {
            killKafka();
            stream.nextEvent(degraded(true));
            startKafka("data");
            JsonNode over = json(stream.nextEvent(degraded(false)).data());
            assertThat(over.get("message").asString()).isEqualTo("Kafka answers again");
            assertThat(over.has("since")).isFalse();
            assertThat(post().status()).as("a job right after it").isEqualTo(202);
        }
    }

    @Test
    void a_gateway_starts_before_it_opens_streams_refuses_jobs_and_takes_up_all_when_it_comes() throws Exception {
        within(Duration.ofSeconds(20), () -> gateway.start().await(60, TimeUnit.SECONDS));
        assertThat(get("/healthz").status()).isEqualTo(200);
        SseProbe.Answer ready = get("/readyz");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.body()).contains("DOWN: Kafka does not answer, since 20");
        assertRefused(within(PROMPT, this::post));
        assertRefused(within(PROMPT, () -> get("/v1/pulls")));
        assertRefused(within(PROMPT, () -> get("/v1/workers")));
        try (SseProbe all = SseProbe.open(gateway.port(), "/v1/events");
                SseProbe ofJob = SseProbe.open(gateway.port(), "/v1/pulls/" + job + "/events");
                SseProbe ofWorker = SseProbe.open(gateway.port(), "/v1/workers/w1/events")) {
            for (SseProbe each : List.of(all, ofJob, ofWorker)) {
                assertThat(each.status()).isEqualTo(200);
                assertThat(each.next().orElseThrow().retry()).isPositive();
                assertThat(each.nextEvent()).matches(degraded(true));
                assertThat(each.next().orElseThrow().comments())
                        .as("a heartbeat")
                        .isNotEmpty();
            }

            startKafka("data");
            List<String> first = Stream.of(all.nextEvent(), all.nextEvent())
                    .map(SseProbe.Block::event)
                    .toList();
            assertThat(first).containsExactlyInAnyOrder("degraded", "snapshot");
            for (SseProbe each : List.of(ofJob, ofWorker)) {
                assertThat(json(each.nextEvent("error").data()).get("status").asInt())
                        .isEqualTo(404);
                assertThat(each.next()).isEmpty();
            }
            awaitReady();
            SseProbe.Answer taken = post();
            assertThat(taken.status()).isEqualTo(202);
            String id = json(taken.body()).get("id").asString();
            assertThat(all.nextEvent("job.completed").data())
                    .as("by the coordinator, too")
                    .contains(id);
        }
    }

    @Test
    void that_comes_back_with_an_empty_disk_is_used_again_and_streams_are_told() throws Exception {
        startKafka("data");
        startGateway();
        awaitReady();
        try (KafkaProducer<String, byte[]> worker = worker();
                SseProbe stream = SseProbe.open(gateway.port(), "/v1/events?type=pull.queued")) {
            stream.nextEvent("snapshot");
            write(worker, queued(job, "w1", 1));
            stream.nextEvent("pull.queued");
            killKafka();
            stream.nextEvent(degraded(true));
            startKafka("another");
            assertThat(stream.nextEvent("reset").data()).contains("\"recreated\"");
            assertThat(stream.nextEvent().event()).isEqualTo("snapshot");
            stream.nextEvent(degraded(false));
            awaitReady();
            assertThat(post().status()).isEqualTo(202);
        }
        try (KafkaProducer<String, byte[]> worker = worker();
                SseProbe stream = SseProbe.open(gateway.port(), "/v1/events?type=pull.queued")) {
            stream.nextEvent("snapshot");
            write(worker, queued(job, "w1", 7));
            worker.flush();
            assertThat(seq(stream.nextEvent("pull.queued"))).isEqualTo(7);
        }
    }
}
