// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullEvent.JobAccepted;
import dev.pullcast.contract.event.PullEvent.JobCompleted;
import dev.pullcast.contract.event.PullEvent.JobRejected;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.TestKafka;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CoordinatorIT {
    private static final int PARTITION = 2;

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    private final List<Coordinator> coordinators = new ArrayList<>();

    @AfterEach
    void closeAll() {
        coordinators.forEach(coordinator -> done(coordinator.close()));
    }

    @Nested
    class WhenAJobIsWritten {
        @Test
        void itBecomesTasksAndItsResultsBecomeItsEnd() {
            worker("a");
            worker("b");
            start();
            kafka.send(topics().jobs(), PARTITION, Given.JOB, Given.job("alpine"));

            List<TaskRecord> tasks = tasks(2);
            assertThat(tasks).extracting(TaskRecord::worker).containsExactlyInAnyOrder("a", "b");
            ConsumerRecord<String, byte[]> accepted =
                    events(JobAccepted.class, 1).getFirst();
            assertThat(accepted.partition()).isEqualTo(PARTITION);
            assertThat(accepted.key()).isEqualTo(Given.JOB);
            assertThat(header(accepted, "ce_type")).isEqualTo("dev.pullcast.job.accepted.v1");

            result(Given.succeeded("a", "alpine", Instant.now()));
            result(Given.skipped("b", "alpine", Instant.now()));
            result(Given.skipped("b", "alpine", Instant.now()));

            ConsumerRecord<String, byte[]> completed =
                    results(JobCompleted.class, 1).getFirst();
            assertThat(completed.partition()).isEqualTo(PARTITION);
            assertThat(completed.key()).isEqualTo(Given.JOB);
            JobCompleted end = (JobCompleted) ContractJson.readEvent(completed.value());
            assertThat(List.of(end.workers(), end.succeeded(), end.skipped())).containsExactly(2, 1, 1);
            assertThat(events(JobCompleted.class, 1)).hasSize(1);
        }

        @Test
        void aWorkerThatComesLateGetsItsTask() {
            worker("a");
            start();
            kafka.send(topics().jobs(), PARTITION, Given.JOB, Given.job("alpine"));
            tasks(1);

            worker("late");

            assertThat(tasks(2)).extracting(TaskRecord::worker).containsExactlyInAnyOrder("a", "late");
        }
    }

    @Nested
    class WhenTheFleetIsLarge {
        @Test
        void aWorkerIsSeenBehindTheHeartbeatsOfThousandsOfOthers() {
            start();
            Map<String, List<WorkerStatus>> beats = new HashMap<>();
            for (int i = 0; i < 3_000; i++) {
                String id = "worker-" + i;
                beats.put(id, Collections.nCopies(20, Given.worker(id, Instant.now())));
            }
            kafka.sendAll(topics().workers(), beats);
            worker("last");
            kafka.send(topics().jobs(), PARTITION, Given.JOB, Given.job(Given.named("last"), "alpine"));

            assertThat(tasks(1)).extracting(TaskRecord::worker).containsExactly("last");
        }
    }

    @Nested
    class WhenGarbageIsWritten {
        @Test
        void itIsKeptOnceWithItsReasonAndTheNextRecordIsHandled() {
            worker("a");
            start();
            kafka.sendBytes(topics().jobs(), PARTITION, "some key", "{\"images\": 7".getBytes(UTF_8));
            kafka.sendBytes(topics().jobs(), PARTITION, null, null);
            kafka.sendBytes(topics().jobs(), PARTITION, null, ("{\"id\":\"" + Given.JOB + "\"}").getBytes(UTF_8));
            String good = UlidCreator.getUlid().toString();
            kafka.send(topics().jobs(), PARTITION, good, PullJob.of(good, List.of(ImageRequest.of("alpine"))));

            assertThat(tasks(1)).extracting(TaskRecord::job).containsExactly(good);
            List<ConsumerRecord<String, byte[]>> rejected = kafka.readAll(topics().rejected());
            assertThat(rejected).hasSize(3);
            assertThat(rejected)
                    .filteredOn(r -> "some key".equals(r.key()))
                    .singleElement()
                    .satisfies(r -> {
                        assertThat(r.value()).asString(UTF_8).isEqualTo("{\"images\": 7");
                        assertThat(header(r, Outbox.REASON)).contains("is not JSON");
                        assertThat(header(r, Outbox.READ_AT)).isEqualTo(topics().jobs() + "-2@0");
                    });
            assertThat(results(JobRejected.class, 1))
                    .singleElement()
                    .satisfies(r -> assertThat(r.key()).isEqualTo(Given.JOB));
        }
    }

    @Nested
    class WhenItIsStartedAgain {
        @Test
        void openJobsAreKnownAndEndOnce() {
            worker("a");
            worker("b");
            Coordinator first = start();
            kafka.send(topics().jobs(), PARTITION, Given.JOB, Given.job("alpine"));
            tasks(2);
            done(first.close());
            result(Given.succeeded("a", "alpine", Instant.now()));

            Coordinator second = start();
            assertThat(second.health().openJobs()).isEqualTo(1);
            result(Given.succeeded("b", "alpine", Instant.now()));
            results(JobCompleted.class, 1);
            done(second.close());
            start();
            String next = UlidCreator.getUlid().toString();
            kafka.send(topics().jobs(), PARTITION, next, PullJob.of(next, List.of(ImageRequest.of("alpine"))));

            assertThat(tasks(4)).as("two of each job").hasSize(4);
            assertThat(events(JobAccepted.class, 2)).hasSize(2);
            assertThat(results(JobCompleted.class, 1))
                    .singleElement()
                    .satisfies(r -> assertThat(((JobCompleted) ContractJson.readEvent(r.value())).succeeded())
                            .isEqualTo(2));
        }

        @Test
        void whatEndedMeanwhileIsClosed() {
            worker("a");
            Coordinator first = start();
            kafka.send(topics().jobs(), PARTITION, Given.JOB, Given.job("alpine"));
            tasks(1);
            done(first.close());
            result(Given.succeeded("a", "alpine", Instant.now()));

            start();

            assertThat(results(JobCompleted.class, 1)).hasSize(1);
        }
    }

    @Nested
    class WhenOneOfTwoIsKilled {
        @Test
        void theOtherTakesOverAndEveryJobIsDoneOnce() throws Exception {
            worker("a");
            Process process = CoordinatorProcess.start(kafka.bootstrapServers(), topics());
            Coordinator survivor = start();
            try {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> survivor.health().partitions().size(), size -> size > 0 && size < 3);
                List<String> jobs = new ArrayList<>();
                for (int i = 0; i < 60; i++) {
                    String id = UlidCreator.getUlid().toString();
                    jobs.add(id);
                    kafka.send(topics().jobs(), i % 3, id, PullJob.of(id, List.of(ImageRequest.of("alpine"))));
                    if (i == 30) {
                        process.destroyForcibly();
                    }
                }
                long killed = System.nanoTime();

                List<TaskRecord> tasks = tasks(60);

                assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(15));
                assertThat(tasks).extracting(TaskRecord::job).containsExactlyInAnyOrderElementsOf(jobs);
                assertThat(survivor.health().partitions()).containsExactlyInAnyOrder(0, 1, 2);
                assertThat(events(JobAccepted.class, 60)).hasSize(60);
            } finally {
                process.destroyForcibly();
            }
        }
    }

    @Nested
    class WhenItsPredecessorDiedWithinATransaction {
        @Test
        void itIsNotWaitedForWhereItHadWrittenResults() throws Exception {
            try (KafkaProducer<byte[], byte[]> dead = predecessor()) {
                dead.beginTransaction();
                dead.send(new ProducerRecord<>(topics().results(), PARTITION, new byte[1], new byte[1]))
                        .get(20, TimeUnit.SECONDS);

                takesOver();
            }
        }

        @Test
        void itIsNotWaitedForWhereItHadSaidHowFarItRead() {
            try (KafkaProducer<byte[], byte[]> dead = predecessor()) {
                dead.beginTransaction();
                sayHowFarItRead(dead);

                takesOver();
            }
        }

        private void takesOver() {
            long before = System.nanoTime();
            start();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(9));
            worker("a");
            kafka.send(topics().jobs(), PARTITION, Given.JOB, Given.job("alpine"));
            assertThat(tasks(1)).hasSize(1);
        }

        private KafkaProducer<byte[], byte[]> predecessor() {
            KafkaProducer<byte[], byte[]> dead = new KafkaProducer<>(
                    Map.of(
                            "bootstrap.servers",
                            kafka.bootstrapServers(),
                            "transactional.id",
                            "dead-" + topics().prefix(),
                            "transaction.timeout.ms",
                            60_000),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
            dead.initTransactions();
            dead.beginTransaction();
            sayHowFarItRead(dead);
            dead.commitTransaction();
            return dead;
        }

        private void sayHowFarItRead(KafkaProducer<byte[], byte[]> dead) {
            String metadata = Watermark.BEGINNING.text("dead-" + topics().prefix());
            Map<String, Object> settings =
                    Map.of("bootstrap.servers", kafka.bootstrapServers(), "group.id", topics().coordinatorGroup());
            try (KafkaConsumer<byte[], byte[]> group =
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                dead.sendOffsetsToTransaction(
                        Map.of(new TopicPartition(topics().jobs(), PARTITION), new OffsetAndMetadata(0, metadata)),
                        group.groupMetadata());
            }
        }
    }

    private Coordinator start() {
        Coordinator coordinator = new Coordinator(CoordinatorProcess.config(kafka.clientSettings(), topics()));
        coordinators.add(coordinator);
        done(coordinator.start());
        return coordinator;
    }

    private Topics topics() {
        return kafka.topics();
    }

    private void worker(String id) {
        kafka.send(topics().workers(), id, Given.worker(id, Instant.now()));
    }

    private void result(PullEvent.OfPull event) {
        String key = Topics.resultKey(
                event.jobId(), event.origin().worker(), event.origin().pull());
        kafka.send(topics().results(), PARTITION, key, event);
    }

    private List<TaskRecord> tasks(int least) {
        return kafka.readUntil(topics().tasks(), read -> read.size() >= least).stream()
                .map(r -> ContractJson.readTask(r.value()))
                .toList();
    }

    private List<ConsumerRecord<String, byte[]>> events(Class<?> kind, int least) {
        return read(topics().events(), kind, least);
    }

    private List<ConsumerRecord<String, byte[]>> results(Class<?> kind, int least) {
        return read(topics().results(), kind, least);
    }

    private List<ConsumerRecord<String, byte[]>> read(String topic, Class<?> kind, int least) {
        Predicate<ConsumerRecord<String, byte[]>> right = r -> kind.isInstance(ContractJson.readEvent(r.value()));
        return kafka.readUntil(topic, read -> read.stream().filter(right).count() >= least).stream()
                .filter(right)
                .toList();
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), UTF_8);
    }

    private static void done(Future<Void> future) {
        future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
