// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The older puller's API, as its callers use it (github.com/Dataman-Cloud/puller, docs/README.md). */
class CompatIT {
    private static final String PASSWORD = "tom_password";
    private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path folder;

    private GatewayFixture gateways;
    private int port;

    @BeforeEach
    void start() throws Exception {
        Path keys = Files.writeString(folder.resolve("keys"), "k1:" + "A".repeat(43) + "\n");
        gateways = new GatewayFixture(loops.vertx(), kafka);
        port = gateways.start("credentials.keys=" + keys, "kafka.sasl.jaas.config=password-of-kafka")
                .port();
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    private static JsonNode json(String text) {
        return ContractJson.mapper().readTree(text);
    }

    private void workers(String... ids) {
        Instant now = Instant.now();
        for (String id : ids) {
            kafka.send(
                    kafka.topics().workers(),
                    id,
                    new WorkerStatus(id, "i1", WorkerStatus.State.READY, Map.of(), now, now, 10, null, 0, 0, "1"));
        }
        await().until(() -> json(SseProbe.get(port, "/v1/workers").body()).size() == ids.length);
    }

    private ConsumerRecord<String, byte[]> askedJob() {
        return kafka.readUntil(kafka.topics().jobs(), all -> !all.isEmpty()).getFirst();
    }

    private static PullOrigin origin(String job, String reference, int attempt, long millis) {
        return new PullOrigin(
                job,
                "w1",
                PullId.of(reference, null),
                "i1",
                reference,
                reference,
                null,
                null,
                attempt,
                0,
                millis,
                T.plusMillis(millis));
    }

    private static PullEvent accepted(String job, String... references) {
        List<PullEvent.JobPull> pulls = List.of(references).stream()
                .map(r -> new PullEvent.JobPull(PullId.of(r, null), r, r, null))
                .toList();
        return new PullEvent.JobAccepted(job, T, null, Map.of(), pulls, List.of("w1"), T.plusSeconds(3600));
    }

    @Test
    void pingAnswersOk() {
        SseProbe.Answer answer = SseProbe.get(port, "/ping");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("OK");
        assertThat(answer.header("content-type")).contains("text/plain; charset=utf-8");
    }

    @Test
    void theDumpHasItsSettingsAndNoSecret() {
        SseProbe.Answer answer = SseProbe.get(port, "/debug/dump");
        JsonNode dump = json(answer.body());
        assertThat(dump.at("/configs/listen").asString()).isEqualTo("127.0.0.1:0");
        assertThat(dump.at("/configs").get("kafka.bootstrap.servers").asString())
                .isEqualTo(kafka.bootstrapServers());
        assertThat(dump.get("num_fds").asInt()).isPositive();
        assertThat(Instant.parse(dump.get("start_at").asString())).isBefore(Instant.now());
        assertThat(answer.body()).doesNotContain("password-of-kafka");
    }

    @Test
    void allImagesThereIs200WithEachOfThem() {
        workers("w1");
        CompletableFuture<SseProbe.Answer> answer =
                CompletableFuture.supplyAsync(() -> SseProbe.postJson(port, "/pull", """
                {"concurrency": 10, "retry": 3, "images": [
                  {"image": "busybox", "tag": "latest", "project": "p1"},
                  {"image": "tom/private-image", "tag": "1", "project": "p2",
                   "auth_config": {"username": "tom", "password": "tom_password", "email": ""}}]}"""));
        ConsumerRecord<String, byte[]> record = askedJob();
        JsonNode job = json(new String(record.value(), StandardCharsets.UTF_8));
        assertThat(job.get("pullPolicy").asString()).isEqualTo("Always");
        assertThat(job.get("parallelism").asInt()).isEqualTo(2);
        assertThat(job.get("backoffLimit").asInt()).isEqualTo(2);
        assertThat(job.at("/target/workers/0").asString()).isEqualTo("w1");
        assertThat(job.at("/images/1/credentials/sealed").asString()).startsWith("eyJ");
        assertThat(job.toString()).doesNotContain(PASSWORD).doesNotContain("tom\"");

        String busybox = "docker.io/library/busybox:latest";
        String tom = "docker.io/tom/private-image:1";
        String id = record.key();
        gateways.send(
                accepted(id, busybox, tom),
                new PullEvent.Started(origin(id, busybox, 1, 100)),
                new PullEvent.Started(origin(id, tom, 1, 100)),
                new PullEvent.Succeeded(
                        origin(id, busybox, 1, 3639), "sha256:" + "a".repeat(64), null, 1, 0, 1, 1, 2, 3),
                new PullEvent.Succeeded(origin(id, tom, 2, 62_100), "sha256:" + "b".repeat(64), null, 1, 0, 1, 1, 2, 3),
                new PullEvent.JobCompleted(id, T.plusSeconds(63), null, JobResult.SUCCEEDED, 1, 2, 0, 0, 0, null));

        SseProbe.Answer ended = answer.orTimeout(15, TimeUnit.SECONDS).join();
        assertThat(ended.status()).as(ended.body()).isEqualTo(200);
        assertThat(ended.header("content-type")).contains("application/json; charset=UTF-8");
        JsonNode body = json(ended.body());
        assertThat(body.get("failure").size()).isZero();
        assertThat(body.get("success").toString()).isEqualTo("""
                        [{"image":"busybox","tag":"latest","project":"p1","cost":"3.539s","retried":1,"errmsg":""},\
                        {"image":"tom/private-image","tag":"1","project":"p2","cost":"1m2s","retried":2,"errmsg":""}]""");
        assertThat(body.get("cost").asString()).matches("\\d+(\\.\\d+)?(ms|s)");
        assertThat(Instant.parse(body.get("startAt").asString())).isBefore(Instant.now());
    }

    @Test
    void oneImageMissingIs500WithWhatTheEngineSaid() {
        workers("w1");
        CompletableFuture<SseProbe.Answer> answer = CompletableFuture.supplyAsync(() -> SseProbe.postJson(
                port, "/pull", "{\"images\":[{\"image\":\"a\",\"tag\":\"1\"},{\"image\":\"b\",\"tag\":\"1\"}]}"));
        String id = askedJob().key();
        String a = "docker.io/library/a:1";
        String b = "docker.io/library/b:1";
        gateways.send(
                accepted(id, a, b),
                new PullEvent.Skipped(origin(id, a, 1, 1), "sha256:" + "a".repeat(64)),
                new PullEvent.Started(origin(id, b, 1, 1)),
                new PullEvent.Failed(
                        origin(id, b, 3, 7001),
                        FailureReason.NOT_FOUND,
                        false,
                        3,
                        "manifest unknown",
                        "Check the name"),
                new PullEvent.JobCompleted(id, T.plusSeconds(9), null, JobResult.FAILED, 1, 0, 1, 1, 0, null));

        SseProbe.Answer ended = answer.orTimeout(15, TimeUnit.SECONDS).join();
        assertThat(ended.status()).isEqualTo(500);
        assertThat(json(ended.body()).at("/success/0/image").asString()).isEqualTo("a");
        assertThat(json(ended.body()).get("failure").toString())
                .isEqualTo("[{\"image\":\"b\",\"tag\":\"1\",\"project\":\"\",\"cost\":\"7s\",\"retried\":3,"
                        + "\"errmsg\":\"not-found: manifest unknown (Check the name)\"}]");
    }

    @Test
    void whichWorkerIsMeantMustBeClear() {
        String body = "{\"images\":[{\"image\":\"a\",\"tag\":\"1\"}]}";
        SseProbe.Answer nobody = SseProbe.postJson(port, "/pull", body);
        assertThat(nobody.status()).isEqualTo(409);
        workers("w1", "w2");
        SseProbe.Answer two = SseProbe.postJson(port, "/pull", body);
        assertThat(two.status()).isEqualTo(409);
        assertThat(two.body()).contains("w1, w2").contains("compat.worker");

        int named = gateways.start("compat.worker=w2").port();
        CompletableFuture<SseProbe.Answer> answer =
                CompletableFuture.supplyAsync(() -> SseProbe.postJson(named, "/pull", body));
        ConsumerRecord<String, byte[]> record = askedJob();
        assertThat(json(new String(record.value(), StandardCharsets.UTF_8))
                        .at("/target/workers")
                        .toString())
                .isEqualTo("[\"w2\"]");
        gateways.send(new PullEvent.JobRejected(record.key(), T, null, List.of("images: too odd")));
        SseProbe.Answer rejected = answer.orTimeout(15, TimeUnit.SECONDS).join();
        assertThat(rejected.status()).isEqualTo(500);
        assertThat(json(rejected.body()).at("/failure/0/errmsg").asString()).isEqualTo("rejected: images: too odd");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {                                                             | value
            []                                                            | value
            {}                                                            | images
            {"images":[]}                                                 | images
            {"images":[{"image":"a"}]}                                    | images.0.tag
            {"images":[{"image":"","tag":"1"}]}                           | images.0.image
            {"images":[{"image":"a:2","tag":"1"}]}                        | images[0].image
            {"images":[{"image":"a","tag":"1","project":"a b"}]}          | images[0].project
            {"retry":"3","images":[{"image":"a","tag":"1"}]}              | retry
            {"images":[{"image":"a","tag":"1","auth_config":"tom_password"}]} | images.0.auth_config
            {"images":[{"image":"a","tag":"1","auth_config":{"password":"tom_password"}}]} | images[0].auth_config
            """)
    void aBadRequestIs400WithTheFieldAndWithoutASecret(String body, String field) {
        workers("w1");
        SseProbe.Answer answer = SseProbe.postJson(port, "/pull", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(json(answer.body()).get("reasons"))
                .anySatisfy(reason -> assertThat(reason.asString()).startsWith(field));
        assertThat(answer.body()).doesNotContain(PASSWORD);
        assertThat(kafka.readAll(kafka.topics().jobs())).isEmpty();
    }
}
