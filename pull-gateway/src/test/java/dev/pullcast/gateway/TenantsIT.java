// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.JobPlacement;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What a tenant, a producer or a worker tries against others, and what comes of it. */
class TenantsIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path dir;

    private TokensFile tokens;
    private GatewayFixture gateways;
    private int port;

    @BeforeEach
    void tokens() {
        tokens = new TokensFile(dir)
                .add("a", "read:alpha enqueue:alpha")
                .add("b", "read:bravo enqueue:bravo")
                .add("both", "read:bravo,charlie enqueue:bravo,charlie")
                .add("root", "admin:*");
        gateways = new GatewayFixture(loops.vertx(), kafka);
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private int start(String... settings) {
        String[] all = new String[settings.length + 2];
        all[0] = tokens.setting();
        all[1] = "gateway.roles=api,coordinator";
        System.arraycopy(settings, 0, all, 2, settings.length);
        port = gateways.start(all).port();
        await().atMost(SOON).until(() -> SseProbe.get(port, "/readyz").status() == 200);
        return port;
    }

    private SseProbe.Answer post(String who, String json, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = tokens.header(who);
        all[1] = "Content-Type: application/json";
        System.arraycopy(headers, 0, all, 2, headers.length);
        return SseProbe.request(port, "POST", "/v1/pulls", json, all);
    }

    private static String job(String project, String image) {
        return "{\"project\":\"" + project + "\",\"images\":[\"" + image + "\"],\"target\":{\"workers\":[\"nobody\"]}}";
    }

    private static JsonNode json(SseProbe.Answer answer) {
        return ContractJson.mapper().readTree(answer.body());
    }

    private static String id() {
        return UlidCreator.getMonotonicUlid().toString();
    }

    private String metrics() {
        return SseProbe.get(port, "/metrics", tokens.header("root")).body();
    }

    private void worker(String key, WorkerStatus status) {
        kafka.send(kafka.topics().workers(), key, status);
    }

    private static WorkerStatus status(String id) {
        Instant now = Instant.now();
        return new WorkerStatus(id, "i", WorkerStatus.State.READY, Map.of(), now, now, 60, null, 0, 0, "1");
    }

    private List<ConsumerRecord<String, byte[]>> events(Class<?> kind) {
        return kafka
                .readUntil(
                        kafka.topics().events(),
                        read -> read.stream().anyMatch(r -> kind.isInstance(ContractJson.readEvent(r.value()))))
                .stream()
                .filter(r -> kind.isInstance(ContractJson.readEvent(r.value())))
                .toList();
    }

    @Test
    void theIdOfAnothersIdempotencyKeyCannotBeTakenNorFoundOut() {
        start();
        String mine = json(post("a", job("alpha", "alpine"), "Idempotency-Key: deploy-7"))
                .get("id")
                .stringValue();
        SseProbe.Answer taken =
                post("b", job("bravo", "alpine").replace("{\"project", "{\"id\":\"" + mine + "\",\"project"));
        assertThat(taken.status()).isEqualTo(400);
        String unused = mine.substring(0, 25) + (mine.endsWith("0") ? "1" : "0");
        SseProbe.Answer other =
                post("b", job("bravo", "alpine").replace("{\"project", "{\"id\":\"" + unused + "\",\"project"));
        assertThat(other.status()).isEqualTo(400);
        assertThat(json(other).get("reasons").toString().replace(unused, mine))
                .as("used or not is told in the same words")
                .isEqualTo(json(taken).get("reasons").toString());

        SseProbe.Answer sameKey = post("b", job("bravo", "alpine"), "Idempotency-Key: deploy-7");
        assertThat(sameKey.status()).isEqualTo(202);
        assertThat(json(sameKey).get("id").stringValue()).isNotEqualTo(mine);

        start();
        SseProbe.Answer again = post("a", job("alpha", "alpine"), "Idempotency-Key: deploy-7");
        assertThat(again.header("idempotency-replayed"))
                .as("at another gateway")
                .hasValue("true");
        assertThat(json(again).get("id").stringValue()).isEqualTo(mine);
    }

    @Test
    void jobsPerMinuteAreBoundedForEachProjectAlone() {
        start("quota.jobs-per-minute=3", "quota.jobs-per-minute.bravo=1");
        List<Integer> ofA = IntStream.range(0, 4)
                .mapToObj(_ -> post("a", job("alpha", "alpine")).status())
                .toList();
        assertThat(ofA).containsExactly(202, 202, 202, 429);
        assertThat(post("b", job("bravo", "alpine")).status()).isEqualTo(202);
        SseProbe.Answer refused = post("b", job("bravo", "alpine"));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(Integer.parseInt(refused.header("retry-after").orElseThrow()))
                .isBetween(30, 60);
        assertThat(json(refused).get("detail").stringValue()).contains("bravo", "quota.jobs-per-minute");
        assertThat(metrics()).contains("pullcast_quota_refused_total{quota=\"jobs-per-minute\"} 2.0");
    }

    @Test
    void bytesPerDayAreBounded() {
        start("quota.bytes-per-day=2000");
        assertThat(post("a", job("alpha", "alpine")).status()).isEqualTo(202);
        SseProbe.Answer refused = post(
                "a",
                job("alpha", "x".repeat(200) + "/" + "y".repeat(40))
                        .replace("\"target\"", "\"labels\":{\"a\":\"" + "v".repeat(60) + "\"},\"target\""));
        assertThat(refused.status()).as(refused.body()).isEqualTo(202);
        String images = IntStream.range(0, 60)
                .mapToObj(i -> "\"registry.example/" + i + "\"")
                .collect(Collectors.joining(","));
        assertThat(post("a", job("alpha", "alpine").replace("\"alpine\"", images))
                        .status())
                .isEqualTo(429);
        assertThat(post("b", job("bravo", "alpine")).status()).isEqualTo(202);
    }

    @Test
    void pullsAtOnceAreCountedByImagesAndWorkers() {
        worker("w1", status("w1"));
        worker("w2", status("w2"));
        start("quota.pulls-at-once=3");
        String all = "{\"project\":\"alpha\",\"images\":[\"alpine\"]}";
        assertThat(post("a", all).status()).isEqualTo(202);
        SseProbe.Answer refused = post("a", all);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(json(refused).get("detail").stringValue()).contains("quota.pulls-at-once");
        // Written past the gateway.
        String direct = id();
        kafka.send(
                kafka.topics().jobs(),
                direct,
                PullJob.of(direct, List.of(ImageRequest.of("alpine"), ImageRequest.of("busybox")))
                        .withProject("alpha"));
        assertThat(events(PullEvent.JobRejected.class).getFirst().key()).isEqualTo(direct);
    }

    @Test
    void whoHasTwoProjectsFillsNeitherTheRoomOfOthersWithMixedJobsNorThatOfJobsWithoutProject() {
        start("gateway.max-jobs=2");
        String mixed =
                "{\"images\":[{\"image\":\"alpine\",\"project\":\"bravo\"},{\"image\":\"alpine\",\"project\":\"charlie\"}],"
                        + "\"target\":{\"workers\":[\"nobody\"]}}";
        assertThat(post("both", mixed).status()).isEqualTo(202);
        assertThat(post("both", mixed).status()).isEqualTo(202);
        assertThat(post("both", mixed).status()).isEqualTo(429);
        assertThat(post("both", job("bravo", "alpine")).status())
                .as("they count for each")
                .isEqualTo(429);
        assertThat(post("root", mixed.replace("bravo", "delta").replace("charlie", "echo"))
                        .status())
                .isEqualTo(202);
        assertThat(post("root", "{\"images\":[\"alpine\"],\"target\":{\"workers\":[\"nobody\"]}}")
                        .status())
                .isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example/app",
                "evil.example/ghcr.io/acme/app",
                "ghcr.io.evil.example/acme/app",
                "ghcr.io:5000/acme/app",
                "ghcr.io/acme-evil/app",
                "alpine",
                "index.docker.io/library/alpine:3",
                "docker.io/library/nginx:1"
            })
    void imagesThatAProjectMayNotNameAreRefusedAsRequestAndAsRecord(String image) {
        start("policy.images.alpha=ghcr.io/acme/*,docker.io/library/nginx:1.*,*.trusted.example");
        SseProbe.Answer refused = post("a", job("alpha", image));
        assertThat(refused.status()).as(refused.body()).isEqualTo(403);
        assertThat(json(refused).get("reasons").toString()).contains("images[0]", "policy.images.alpha");
        for (String good : List.of(
                "GHCR.IO/acme/app",
                "ghcr.io:443/acme/a/b",
                "nginx:1.27",
                "eu.trusted.example/x@sha256:" + "a".repeat(64))) {
            assertThat(post("a", job("alpha", good)).status()).as(good).isEqualTo(202);
        }
        assertThat(post("b", job("bravo", image)).status())
                .as("another project")
                .isEqualTo(202);
        String direct = id();
        kafka.send(
                kafka.topics().jobs(),
                direct,
                PullJob.of(direct, List.of(ImageRequest.of(image))).withProject("alpha"));
        ConsumerRecord<String, byte[]> rejected =
                events(PullEvent.JobRejected.class).getFirst();
        assertThat(rejected.key()).isEqualTo(direct);
        assertThat(new String(rejected.value(), UTF_8)).contains("policy.images.alpha");
    }

    @Test
    void aForgedMarkOfTheCoordinatorMovesNothing() throws Exception {
        start();
        String id = id();
        int home = Topics.partitionOf(id, kafka.partitions());
        byte[] value = ContractJson.write(PullJob.of(id, List.of(ImageRequest.of("alpine"))));
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer())) {
            for (int partition = 0; partition < kafka.partitions(); partition++) {
                var record = new ProducerRecord<>(kafka.topics().jobs(), partition, id, value);
                record.headers().add(JobPlacement.HEADER, "set".getBytes(UTF_8));
                record.headers().add(JobPlacement.MARK, new byte[32]);
                producer.send(record).get();
            }
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(metrics()).contains("pullcast_coordinator_disbelieved_total 3.0"));
        events(PullEvent.JobCompleted.class);
        List<ConsumerRecord<String, byte[]>> accepted = events(PullEvent.JobAccepted.class);
        assertThat(accepted).hasSize(1);
        assertThat(accepted.getFirst().partition()).isEqualTo(home);
    }

    @Test
    void aProducerCannotSayThatItsJobIsOfAStandingSet() {
        start();
        String id = id();
        kafka.sendBytes(
                kafka.topics().jobs(),
                null,
                id,
                ("{\"id\":\"" + id + "\",\"images\":[\"alpine\"],\"removeOnExpiry\":true,\"set\":\"" + id() + "\"}")
                        .getBytes(UTF_8));
        assertThat(new String(events(PullEvent.JobRejected.class).getFirst().value(), UTF_8))
                .contains("set: ");
    }

    @Test
    void aJobWithAnothersIdIsToldToItsOwnProjectAloneLiveAndByReplay() {
        start();
        String taken = json(post("a", job("alpha", "alpine"))).get("id").stringValue();
        try (SseProbe ours = SseProbe.open(port, "/v1/events", tokens.header("a"));
                SseProbe theirs = SseProbe.open(port, "/v1/events", tokens.header("b"))) {
            ours.nextEvent("snapshot");
            theirs.nextEvent("snapshot");
            kafka.send(
                    kafka.topics().jobs(),
                    taken,
                    PullJob.of(taken, List.of(ImageRequest.of("busybox"))).withProject("bravo"));
            SseProbe.Block told = theirs.nextEvent("job.rejected");
            assertThat(told.data()).contains(taken).doesNotContain("alpha");
            SseProbe.Block next = ours.nextEvent(
                    block -> block.event().startsWith("job.") && !block.event().equals("job.accepted"));
            assertThat(next.event())
                    .as("the end of the first, and not the conflict")
                    .isEqualTo("job.completed");
        }
        try (SseProbe replay = SseProbe.open(port, "/v1/events?since=PT1H&type=job.rejected", tokens.header("b"))) {
            assertThat(replay.nextEvent("job.rejected").data()).contains(taken);
        }
    }

    @Test
    void heartbeatsOfOthersAndAbsurdOnesStopNobodyAndAreNotBelieved() {
        worker("w1", status("w1"));
        worker("w2", status("stolen"));
        String absurd = new String(ContractJson.write(status("w3")), UTF_8);
        for (String text : List.of(
                absurd.replaceFirst("\"time\":\"[^\"]*\"", "\"time\":\"+1000000000-12-31T23:59:59.999999999Z\""),
                absurd.replaceFirst("\"heartbeatSeconds\":60", "\"heartbeatSeconds\":99999999999999999999"),
                absurd.replaceFirst("\"pullsRunning\":0", "\"pullsRunning\":1e400"),
                absurd.replaceFirst("\"labels\":\\{}", "\"labels\":{\"x\":\"" + "y".repeat(100_000) + "\"}"),
                "null",
                "[]")) {
            kafka.sendBytes(kafka.topics().workers(), null, "w3", text.getBytes(UTF_8));
        }
        kafka.sendBytes(
                kafka.topics().workers(),
                null,
                "w4",
                absurd.replace("w3", "w4")
                        .replaceFirst("\"time\":\"[^\"]*\"", "\"time\":\"-999999999-01-01T00:00:00Z\"")
                        .getBytes(UTF_8));
        start();
        JsonNode workers = json(SseProbe.get(port, "/v1/workers", tokens.header("root")));
        assertThat(workers.valueStream().map(w -> w.get("worker").stringValue()))
                .contains("w1")
                .doesNotContain("stolen", "w2");
        assertThat(json(post("a", job("alpha", "alpine").replace("nobody", "w1")))
                        .get("id")
                        .stringValue())
                .isNotEmpty();
        assertThat(new String(events(PullEvent.JobAccepted.class).getFirst().value(), UTF_8))
                .contains("w1");
        assertThat(metrics()).containsPattern("pullcast_feed_disbelieved_total [1-9]");
    }

    @Test
    void aResultUnderTheKeyOfAnotherPullEndsNothing() {
        worker("w1", status("w1"));
        start();
        String id = json(post("a", job("alpha", "alpine").replace("nobody", "w1")))
                .get("id")
                .stringValue();
        events(PullEvent.JobAccepted.class);
        PullEvent.OfPull end = (PullEvent.OfPull) GatewayFixture.succeeded(id, "w1", 1);
        int home = Topics.partitionOf(id, kafka.partitions());
        kafka.send(kafka.topics().results(), home, "w2", end);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(metrics()).contains("pullcast_coordinator_disbelieved_total 1.0"));
        kafka.send(
                kafka.topics().results(),
                home,
                Topics.resultKey(id, "w1", end.origin().pull()),
                end);
        assertThat(events(PullEvent.JobCompleted.class)).hasSize(1);
    }

    @Test
    void anEventUnderTheKeyOfAnotherJobIsShownToNobody() {
        start();
        String forged = id();
        kafka.send(kafka.topics().events(), id(), GatewayFixture.accepted(forged, "w1"));
        await().atMost(SOON).untilAsserted(() -> assertThat(metrics()).contains("pullcast_feed_disbelieved_total 1.0"));
        assertThat(SseProbe.get(port, "/v1/pulls/" + forged, tokens.header("root"))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aPageOfLargeJobsIsShortAndTheNextHasTheRest() throws ExecutionException {
        start("gateway.page-bytes=65536");
        StringBuilder images = new StringBuilder();
        IntStream.range(0, 150)
                .forEach(i -> images.append("\"registry.example/")
                        .append("x".repeat(200))
                        .append(i)
                        .append("\","));
        for (int i = 0; i < 4; i++) {
            assertThat(post("a", job("alpha", "alpine").replace("[\"", "[" + images + "\""))
                            .status())
                    .isEqualTo(202);
        }
        await().atMost(SOON).until(() -> kafka.readAll(kafka.topics().events()).size() >= 4);
        await().atMost(SOON).untilAsserted(() -> {
            SseProbe.Answer page = SseProbe.get(port, "/v1/pulls", tokens.header("a"));
            assertThat(json(page).size()).isEqualTo(1);
            assertThat(page.header("link"))
                    .hasValueSatisfying(link -> assertThat(link).contains("rel=\"next\""));
        });
    }
}
