// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.EngineAct;
import dev.pullcast.testkit.EngineAnswer;
import dev.pullcast.testkit.EngineRoute;
import dev.pullcast.testkit.Gate;
import dev.pullcast.testkit.Recordings;
import dev.pullcast.testkit.ScriptedEngine;
import dev.pullcast.testkit.TestKafka;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class WorkerIT {
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String IMAGE = "127.0.0.1:22000/team/app:1";

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @TempDir
    Path folder;

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private final Vertx vertx = loops.vertx();
    // Vert.x closes the connections of a client that nobody refers to any more.
    private final HttpClient http = vertx.createHttpClient();
    private final ScriptedEngine engine = ScriptedEngine.start();
    private final List<Worker> workers = new ArrayList<>();

    @AfterEach
    void close() {
        workers.forEach(worker -> await(worker.close()));
        engine.close();
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(40, TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private WorkerConfig config(Path data) {
        return config(data, Map.of());
    }

    private WorkerConfig config(Path data, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.putAll(Map.of(
                "worker.id",
                "w1",
                "worker.data-dir",
                data.toString(),
                "worker.heartbeat-seconds",
                "1",
                "worker.drain-seconds",
                "0",
                "worker.ops.port",
                "0",
                "engine.host",
                "unix://" + engine.socket(),
                "pull.backoff-base-ms",
                "50",
                "topics.prefix",
                kafka.topics().prefix(),
                "topics.partitions",
                String.valueOf(kafka.partitions()),
                "kafka.bootstrap.servers",
                kafka.bootstrapServers()));
        return WorkerConfig.of(Settings.read(WorkerConfig.KEYS, null, Map.of(), settings), Map.of());
    }

    private Worker start(String incarnation) {
        Worker worker = new Worker(vertx, config(folder), incarnation);
        await(worker.start());
        workers.add(worker);
        return worker;
    }

    private void stop(Worker worker) {
        workers.remove(worker);
        await(worker.close());
    }

    private void send(String job, String image, int jobPartition) {
        ImageReference reference = ImageReference.parse(image);
        TaskRecord task = new TaskRecord.PullTask(
                job,
                "w1",
                jobPartition,
                List.of(new TaskRecord.TaskPull(
                        PullId.of(reference.canonical(), null), image, reference.canonical(), null, null, null)),
                PullPolicy.IF_NOT_PRESENT,
                null,
                1,
                null,
                Instant.now().plus(Duration.ofHours(1)));
        kafka.send(kafka.topics().tasks(), "w1", task);
    }

    @Test
    void itBeatsWhileItsEngineDoesNotAnswer() {
        engine.when(EngineRoute.INFO, _ -> true, EngineAnswer.silence());

        start("1");

        assertThat(kafka.readUntil(kafka.topics().workers(), beats -> beats.size() >= 3))
                .allSatisfy(
                        beat -> assertThat(ContractJson.readWorker(beat.value()).worker())
                                .isEqualTo("w1"));
    }

    private List<PullEvent> events(String topic, String lastType) {
        return kafka
                .readUntil(
                        topic,
                        records -> records.stream().anyMatch(r -> typeOf(r).equals(lastType)))
                .stream()
                .map(r -> ContractJson.readEvent(r.value()))
                .toList();
    }

    private static String typeOf(ConsumerRecord<String, byte[]> record) {
        return ContractJson.readEvent(record.value()).type();
    }

    private void engineDelivers() {
        engine.whenPulled(new EngineAnswer(Stream.concat(
                        Stream.of((EngineAct) new EngineAct.Effect(() -> engine.putImage(IMAGE, DIGEST))),
                        EngineAnswer.replay(Recordings.load("dockerd20-fresh-4-layers")).acts().stream())
                .toList()));
    }

    @Test
    void aTaskBecomesEventsInTheJobsPartitionAndOneResult() {
        engineDelivers();
        start("i1");
        send("job-1", IMAGE, 2);
        List<PullEvent> events = events(kafka.topics().events(), "pull.succeeded");
        assertThat(events).extracting(PullEvent::type).startsWith("pull.queued", "pull.started", "layer");
        assertThat(events)
                .extracting(e -> ((PullEvent.OfPull) e).origin().seq())
                .isSorted()
                .doesNotHaveDuplicates()
                .contains(1L);
        PullEvent.Succeeded succeeded = (PullEvent.Succeeded) events.getLast();
        assertThat(succeeded.digest()).isEqualTo(DIGEST);
        assertThat(succeeded.layersDownloaded()).isEqualTo(4);

        List<ConsumerRecord<String, byte[]>> results =
                kafka.readUntil(kafka.topics().results(), records -> !records.isEmpty());
        assertThat(results).singleElement().satisfies(record -> {
            assertThat(record.partition()).isEqualTo(2);
            assertThat(record.key())
                    .isEqualTo(
                            Topics.resultKey("job-1", "w1", succeeded.origin().pull()));
            assertThat(new String(record.headers().lastHeader("ce_type").value(), StandardCharsets.UTF_8))
                    .isEqualTo("dev.pullcast.pull.succeeded.v1");
            assertThat(new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8))
                    .isEqualTo(succeeded.id());
        });
        assertThat(kafka.readAll(kafka.topics().events()))
                .allSatisfy(record -> assertThat(record.partition()).isEqualTo(2));
    }

    @Test
    void withoutKafkaItSaysWhatItTried() {
        Map<String, String> settings = Map.of(
                "worker.id", "w1",
                "worker.data-dir", folder.toString(),
                "worker.ops.port", "0",
                "engine.host", "unix://" + engine.socket(),
                "kafka.bootstrap.servers", "127.0.0.1:1",
                "kafka.default.api.timeout.ms", "1500",
                "kafka.request.timeout.ms", "1000");
        Worker worker = new Worker(
                vertx, WorkerConfig.of(Settings.read(WorkerConfig.KEYS, null, Map.of(), settings), Map.of()), "i1");
        assertThat(catchThrowable(() -> await(worker.start()))).hasMessageContaining("127.0.0.1:1");
        await(worker.close());
    }

    @Test
    void theLogForPeopleTellsTheSame() throws Exception {
        engineDelivers();
        Path file = folder.resolve("log/pull.log");
        Worker worker =
                new Worker(vertx, config(folder, Map.of("log.file", file.toString(), "log.json", "true")), "i1");
        await(worker.start());
        send("job-1", IMAGE, 0);
        events(kafka.topics().results(), "pull.succeeded");
        await(worker.close());
        assertThat(Files.readAllLines(file))
                .last()
                .asString()
                .contains("SUCCEEDED")
                .contains(DIGEST);
        assertThat(Files.readAllLines(file.resolveSibling("pull.log.jsonl")))
                .last()
                .asString()
                .startsWith("{\"type\":\"pull.succeeded\"");
    }

    @Test
    void itSaysHelloBeatsAndLeavesATombstone() {
        Worker worker = start("i1");
        List<ConsumerRecord<String, byte[]>> beats =
                kafka.readUntil(kafka.topics().workers(), records -> records.size() >= 2);
        WorkerStatus status = ContractJson.readWorker(beats.getLast().value());
        assertThat(status.worker()).isEqualTo("w1");
        assertThat(status.incarnation()).isEqualTo("i1");
        assertThat(status.state()).isEqualTo(WorkerStatus.State.READY);
        stop(worker);
        assertThat(kafka.readAll(kafka.topics().workers()).getLast().value()).isNull();
    }

    @Test
    void aRestartDoesNotRepeatWhatWasFinishedAndTakesUpWhatWasNot() {
        Gate never = new Gate();
        engine.whenPulled(EngineAnswer.stream()
                .lines("{\"status\":\"Pulling from team/app\",\"id\":\"1\"}")
                .pause(never)
                .cut());
        engine.whenPulled("127.0.0.1:22000/team/gone", EngineAnswer.error(404, "manifest unknown"));
        Worker first = start("i1");
        send("slow", IMAGE, 0);
        send("quick", "127.0.0.1:22000/team/gone:1", 0);
        kafka.readUntil(kafka.topics().results(), records -> !records.isEmpty());
        Awaitility.await().until(() -> first.open().size() == 1);
        stop(first);
        engineDelivers();
        start("i2");
        List<ConsumerRecord<String, byte[]>> results =
                kafka.readUntil(kafka.topics().results(), records -> records.size() >= 2);
        assertThat(results).extracting(WorkerIT::typeOf).containsExactly("pull.failed", "pull.succeeded");
        assertThat(engine.requests(EngineRoute.PULL).stream()
                        .filter(r -> r.query().getOrDefault("fromImage", "").endsWith("gone")))
                .hasSize(1);
        never.open();
    }

    @Test
    void aSecondLiveWorkerWithTheSameIdRefusesToStart(@TempDir Path elsewhere) {
        start("i1");
        Worker sameMachine = new Worker(vertx, config(folder), "i2");
        assertThat(catchThrowable(() -> await(sameMachine.start())))
                .hasMessageContaining("already runs on this machine");
        Worker otherMachine = new Worker(vertx, config(elsewhere), "i3");
        assertThat(catchThrowable(() -> await(otherMachine.start())))
                .hasMessageContaining("another live worker has the id 'w1'");
        await(sameMachine.close());
        await(otherMachine.close());
    }

    @Test
    void anEngineThatIsAwayMakesItNotReadyAndItRecovers() {
        Worker worker = start("i1");
        Awaitility.await().until(() -> readiness(worker) == 200);
        engine.goAway();
        Awaitility.await().until(() -> readiness(worker) == 503);
        engine.comeBack();
        Awaitility.await().until(() -> readiness(worker) == 200);
    }

    private int readiness(Worker worker) {
        return await(http.request(HttpMethod.GET, worker.opsPort(), "127.0.0.1", "/readyz")
                .compose(request -> request.send())
                .map(response -> response.statusCode()));
    }

    @Test
    void aCancelEndsThePullAndClosesTheEnginesCall() {
        engine.whenPulled(EngineAnswer.stream()
                .lines("{\"status\":\"Pulling from team/app\",\"id\":\"1\"}")
                .stall());
        start("i1");
        send("job-1", IMAGE, 1);
        Awaitility.await().until(() -> !engine.requests(EngineRoute.PULL).isEmpty());
        kafka.send(kafka.topics().tasks(), "w1", new TaskRecord.CancelTask("job-1", "w1", "not wanted"));
        List<PullEvent> events = events(kafka.topics().results(), "pull.cancelled");
        assertThat(((PullEvent.Cancelled) events.getLast()).message()).isEqualTo("not wanted");
        Awaitility.await()
                .until(() -> engine.requests(EngineRoute.PULL).getFirst().clientLeft());
    }

    @Test
    void rubbishAmongTheTasksIsSkipped() {
        engineDelivers();
        start("i1");
        int partition = Topics.partitionOf("w1", kafka.partitions());
        kafka.sendBytes(kafka.topics().tasks(), partition, "w1", "{nonsense".getBytes(StandardCharsets.UTF_8));
        kafka.sendBytes(kafka.topics().tasks(), partition, "w1", null);
        send("job-1", IMAGE, 0);
        assertThat(events(kafka.topics().results(), "pull.succeeded")).hasSize(1);
    }
}
