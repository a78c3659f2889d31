// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.EngineAnswer;
import dev.pullcast.testkit.EngineRoute;
import dev.pullcast.testkit.Gate;
import dev.pullcast.testkit.ScriptedEngine;
import dev.pullcast.testkit.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a service manager's SIGTERM does to a real worker process. */
class SigtermIT {
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String RUNNING = "127.0.0.1:22000/team/running:1";
    private static final String LATE = "127.0.0.1:22000/team/late:1";
    private static final Duration BOUND = Duration.ofSeconds(20);

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @TempDir
    Path folder;

    private final ScriptedEngine engine = ScriptedEngine.start();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aRunningPullEndsAndIsReportedNoTaskIsTakenAndTheWorkerLeaves() {
        Gate gate = new Gate();
        engine.whenPulled(EngineAnswer.stream()
                .lines("{\"status\":\"Pulling from team/running\",\"id\":\"1\"}")
                .pause(gate)
                .effect(() -> engine.putImage(RUNNING, DIGEST))
                .lines("{\"status\":\"Digest: " + DIGEST + "\"}")
                .end());
        try (WorkerProcess worker = start(Map.of())) {
            send("job-1", RUNNING);
            awaitPulls(1);

            worker.terminate();

            awaitState(WorkerStatus.State.DRAINING);
            send("job-2", LATE);
            gate.open();
            worker.awaitEnd(20);
            assertThat(ends()).singleElement().satisfies(end -> {
                assertThat(end).isInstanceOf(PullEvent.Succeeded.class);
                assertThat(end.jobId()).isEqualTo("job-1");
            });
            assertThat(engine.requests(EngineRoute.PULL)).hasSize(1);
            assertThat(kafka.readAll(kafka.topics().workers()).getLast().value())
                    .as("a tombstone")
                    .isNull();
        }
        try (WorkerProcess next = start(Map.of())) {
            awaitPulls(2);
            assertThat(engine.requests(EngineRoute.PULL).getLast().query())
                    .as("what came while it drained is taken by the next start: %s", next.log())
                    .containsEntry("fromImage", "127.0.0.1:22000/team/late");
        }
    }

    @Test
    void aPullThatTakesLongerThanDrainSecondsIsLeftOpenAndTakenUpByTheNextStart() {
        engine.whenPulled(EngineAnswer.stream()
                .lines("{\"status\":\"Pulling from team/running\",\"id\":\"1\"}")
                .stall());
        try (WorkerProcess worker = start(Map.of("PULLCAST_WORKER_DRAIN_SECONDS", "1"))) {
            send("job-1", RUNNING);
            awaitPulls(1);

            worker.terminate();
            worker.awaitEnd(15);

            assertThat(worker.log()).contains("leaving 1 pulls open");
            assertThat(ends()).isEmpty();
            assertThat(kafka.readAll(kafka.topics().workers()).getLast().value())
                    .isNull();
        }
        try (WorkerProcess next = start(Map.of())) {
            awaitPulls(2);
            assertThat(next.isAlive()).isTrue();
        }
    }

    private WorkerProcess start(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.putAll(Map.of(
                "PULLCAST_WORKER_ID",
                "w1",
                "PULLCAST_WORKER_DATA_DIR",
                folder.resolve("data").toString(),
                "PULLCAST_WORKER_HEARTBEAT_SECONDS",
                "1",
                "PULLCAST_WORKER_OPS_PORT",
                "0",
                "PULLCAST_ENGINE_HOST",
                "unix://" + engine.socket(),
                "PULLCAST_TOPICS_PREFIX",
                kafka.topics().prefix(),
                "PULLCAST_KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers()));
        WorkerProcess started = WorkerProcess.start(environment, folder.resolve("worker.log"));
        try {
            awaitState(WorkerStatus.State.READY);
            return started;
        } catch (RuntimeException | Error e) {
            String log = started.log();
            started.close();
            throw new AssertionError("it did not become ready:\n" + log, e);
        }
    }

    private void awaitState(WorkerStatus.State state) {
        Awaitility.await().atMost(BOUND).until(() -> {
            List<ConsumerRecord<String, byte[]>> beats =
                    kafka.readAll(kafka.topics().workers());
            return !beats.isEmpty()
                    && beats.getLast().value() != null
                    && ContractJson.readWorker(beats.getLast().value()).state() == state;
        });
    }

    private void awaitPulls(int count) {
        Awaitility.await()
                .atMost(BOUND)
                .until(() -> engine.requests(EngineRoute.PULL).size() >= count);
    }

    private List<PullEvent> ends() {
        return kafka.readAll(kafka.topics().results()).stream()
                .map(record -> ContractJson.readEvent(record.value()))
                .toList();
    }

    private void send(String job, String image) {
        ImageReference reference = ImageReference.parse(image);
        kafka.send(
                kafka.topics().tasks(),
                "w1",
                new TaskRecord.PullTask(
                        job,
                        "w1",
                        0,
                        List.of(new TaskRecord.TaskPull(
                                PullId.of(reference.canonical(), null),
                                image,
                                reference.canonical(),
                                null,
                                null,
                                null)),
                        PullPolicy.ALWAYS,
                        null,
                        1,
                        null,
                        Instant.now().plus(Duration.ofHours(1))));
    }
}
