// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullEvent.JobAccepted;
import dev.pullcast.contract.event.PullEvent.JobCompleted;
import dev.pullcast.contract.event.PullEvent.JobRejected;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PauseJob;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.testkit.TestKafka;
import io.vertx.core.Future;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CoordinatorIT {
    private static final int PARTITION = Topics.partitionOf(Given.JOB, 3);
    private static final int ELSEWHERE = (PARTITION + 1) % 3;

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

            List<TaskRecord.OfWorker> tasks = tasks(2);
            assertThat(tasks).extracting(TaskRecord.OfWorker::worker).containsExactlyInAnyOrder("a", "b");
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

            assertThat(tasks(2)).extracting(TaskRecord.OfWorker::worker).containsExactlyInAnyOrder("a", "late");
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

            assertThat(tasks(1)).extracting(TaskRecord.OfWorker::worker).containsExactly("last");
        }
    }

    @Nested
    class WhenGarbageIsWritten {
        @Test
        void eachKindIsRejectedOnceWithItsReasonAndTheJobsBetweenAreTaken() {
            JobRules strict = new JobRules(
                    new JobLimits(20_000, 8, 3, 100, 8),
                    JobRules.DEFAULT.maxRecordBytes(),
                    64,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1));
            worker("a");
            Coordinator first = new Coordinator(new CoordinatorConfig(
                    kafka.clientSettings(), topics(), InstantSource.system(), strict, Duration.ofSeconds(2)));
            coordinators.add(first);
            done(first.start());
            String taken = UlidCreator.getUlid().toString();
            kafka.send(topics().jobs(), taken, PullJob.of(taken, List.of(ImageRequest.of("alpine"))));
            Map<String, String> reasons = new LinkedHashMap<>();
            Map<String, String> ids = new LinkedHashMap<>();
            List<String> good = new ArrayList<>(List.of(taken));
            for (Garbage garbage : garbage(taken)) {
                reasons.put(garbage.name(), garbage.reason());
                ids.put(garbage.name(), garbage.id());
                kafka.sendBytes(topics().jobs(), null, garbage.name(), garbage.value());
                String next = UlidCreator.getUlid().toString();
                good.add(next);
                kafka.send(topics().jobs(), next, PullJob.of(next, List.of(ImageRequest.of("alpine"))));
            }

            kafka.readUntil(topics().rejected(), read -> read.size() >= reasons.size());
            assertThat(tasks(good.size())).extracting(TaskRecord::job).containsExactlyInAnyOrderElementsOf(good);
            done(first.close());
            start();
            List<ConsumerRecord<String, byte[]>> rejected = kafka.readAll(topics().rejected());
            assertThat(rejected).extracting(ConsumerRecord::key).containsExactlyInAnyOrderElementsOf(reasons.keySet());
            assertThat(rejected).allSatisfy(r -> {
                assertThat(header(r, Outbox.REASON)).as(r.key()).contains(reasons.get(r.key()));
                assertThat(header(r, Outbox.READ_AT)).startsWith(topics().jobs() + "-");
            });
            List<String> named =
                    ids.values().stream().filter(id -> !id.isEmpty()).toList();
            assertThat(events(JobRejected.class, named.size()))
                    .extracting(ConsumerRecord::key)
                    .containsExactlyInAnyOrderElementsOf(named);
        }

        private record Garbage(
                String name, String id, @Nullable String text, Charset charset, String reason) {
            byte @Nullable [] value() {
                return text == null ? null : text.getBytes(charset);
            }
        }

        private static Garbage text(String name, String json, String reason) {
            String id = UlidCreator.getUlid().toString();
            String whole = json.replace("ID", id);
            return new Garbage(name, whole.contains(id) ? id : "", whole, UTF_8, reason);
        }

        private static List<Garbage> garbage(String taken) {
            String id = UlidCreator.getUlid().toString();
            return List.of(
                    text("not JSON", "images: alpine", "is not JSON"),
                    text("cut off", "{\"id\":\"ID\",\"images\":[\"alpi", "it ends too early"),
                    text("wrong type", "{\"id\":\"ID\",\"images\":\"alpine\"}", "images: "),
                    text(
                            "unknown version",
                            "{\"apiVersion\":\"pullcast.dev/v9\",\"id\":\"ID\",\"images\":[\"a\"]}",
                            "apiVersion: "),
                    text("unknown kind", "{\"kind\":\"PushJob\",\"id\":\"ID\",\"images\":[\"a\"]}", "kind: "),
                    text(
                            "too large",
                            "{\"id\":\"ID\",\"x\":\"" + "y".repeat(20_000) + "\",\"images\":[\"a\"]}",
                            "at most 20000 are allowed"),
                    text("too deep", "{\"id\":\"ID\",\"x\":" + "[".repeat(9) + "]".repeat(9) + "}", "deeper than 8"),
                    text("too many images", "{\"id\":\"ID\",\"images\":[\"a\",\"b\",\"c\",\"d\"]}", "images: "),
                    text("no images", "{\"id\":\"ID\",\"images\":[]}", "images: "),
                    text("bad reference", "{\"id\":\"ID\",\"images\":[\"Not A Name\"]}", "images"),
                    text("duplicate key", "{\"id\":\"ID\",\"images\":[\"a\"],\"images\":[\"b\"]}", "same key twice"),
                    new Garbage(
                            "another charset",
                            id,
                            "{\"id\":\"" + id + "\",\"images\":[\"\u00fc\"]}",
                            ISO_8859_1,
                            "is not UTF-8"),
                    new Garbage("tombstone", "", null, UTF_8, "a tombstone"),
                    new Garbage(
                            "an id that another job has",
                            taken,
                            "{\"id\":\"" + taken + "\",\"images\":[\"busybox\"]}",
                            UTF_8,
                            "belongs to an earlier job"));
        }

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
                        assertThat(header(r, Outbox.READ_AT)).isEqualTo(topics().jobs() + "-" + PARTITION + "@0");
                    });
            assertThat(results(JobRejected.class, 1))
                    .singleElement()
                    .satisfies(r -> assertThat(r.key()).isEqualTo(Given.JOB));
        }
    }

    @Nested
    class WhenRecordsOfOneJobStandInDifferentPartitions {
        @Test
        void itIsOneJobWhereItsIdBelongsAlsoAfterARestart() {
            worker("a");
            Coordinator first = start();
            for (int partition : List.of(ELSEWHERE, PARTITION, (PARTITION + 2) % 3, ELSEWHERE)) {
                kafka.send(topics().jobs(), partition, "any key", Given.job("alpine"));
            }
            assertThat(events(JobAccepted.class, 1))
                    .allSatisfy(r -> assertThat(r.partition()).isEqualTo(PARTITION));
            // Four records and the three copies of those that stood elsewhere.
            await().untilAsserted(
                            () -> assertThat(kafka.readAll(topics().jobs())).hasSize(7));
            done(first.close());
            start();
            kafka.send(topics().jobs(), ELSEWHERE, "any key", Given.job("alpine"));
            result(Given.succeeded("a", "alpine", Instant.now()));

            assertThat(results(JobCompleted.class, 1)).hasSize(1);
            assertThat(tasks(1)).hasSize(1);
            assertThat(events(JobAccepted.class, 1)).hasSize(1);
            assertThat(kafka.readAll(topics().rejected())).isEmpty();
        }

        @Test
        void oneWithOtherContentIsRejectedOnceWithThePlaceWhereItWasWritten() {
            worker("a");
            start();
            kafka.send(topics().jobs(), PARTITION, Given.JOB, Given.job("alpine"));
            tasks(1);
            long offset = kafka.send(topics().jobs(), ELSEWHERE, "another key", Given.job("busybox"))
                    .offset();

            assertThat(kafka.readUntil(topics().rejected(), read -> !read.isEmpty()))
                    .singleElement()
                    .satisfies(r -> {
                        assertThat(r.key()).isEqualTo("another key");
                        assertThat(header(r, Outbox.REASON)).contains("belongs to an earlier job");
                        assertThat(header(r, Outbox.READ_AT))
                                .isEqualTo(topics().jobs() + "-" + ELSEWHERE + "@" + offset);
                    });
            assertThat(events(JobRejected.class, 1)).singleElement().satisfies(r -> {
                JobRejected rejected = (JobRejected) ContractJson.readEvent(r.value());
                assertThat(rejected.conflict()).isTrue();
            });
        }

        @Test
        void aCancelAndAPauseFindTheirJob() {
            worker("a");
            start();
            kafka.send(topics().jobs(), PARTITION, Given.JOB, Given.job("alpine"));
            tasks(1);

            kafka.send(topics().jobs(), ELSEWHERE, "k", new PauseJob(Given.JOB, true, null));
            assertThat(tasks(2)).last().isInstanceOf(TaskRecord.PauseTask.class);
            kafka.send(topics().jobs(), ELSEWHERE, "k", new CancelJob(Given.JOB, "not wanted"));
            assertThat(tasks(3)).last().isInstanceOf(TaskRecord.CancelTask.class);
            result(Given.cancelled("a", "alpine", Instant.now()));

            assertThat(results(JobCompleted.class, 1)).hasSize(1);
            assertThat(kafka.readAll(topics().rejected())).isEmpty();
        }

        @Test
        void aCancelOfAJobThatNobodyKnowsIsRejectedOnce() {
            start();
            kafka.send(topics().jobs(), ELSEWHERE, "k", new CancelJob(Given.JOB, null));

            assertThat(kafka.readUntil(topics().rejected(), read -> !read.isEmpty()))
                    .singleElement()
                    .satisfies(r -> assertThat(header(r, Outbox.REASON)).contains("no job " + Given.JOB + " is known"));
        }
    }

    @Nested
    class WhenPartitionsAreAdded {
        @Test
        void itWaitsUntilAllTopicsHaveThemThenServesOldJobsAndNew() throws Exception {
            worker("a");
            Map<String, String> quick = new HashMap<>(kafka.clientSettings());
            quick.put("metadata.max.age.ms", "300");
            Coordinator coordinator = new Coordinator(CoordinatorProcess.config(quick, topics()));
            coordinators.add(coordinator);
            done(coordinator.start());
            kafka.send(topics().jobs(), PARTITION, Given.JOB, Given.job("alpine"));
            tasks(1);
            try (Admin admin = Admin.create(new HashMap<>(kafka.clientSettings()))) {
                add(admin, topics().jobs());
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> !coordinator.health().ready());
                add(admin, topics().events());
                add(admin, topics().results());
                add(admin, topics().sets());
                add(admin, topics().coordinator());
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> coordinator.health().partitions().size() == 5
                                && coordinator.health().ready());
            }
            // As a gateway does, which knows where the job's events are.
            kafka.send(topics().jobs(), PARTITION, "k", new CancelJob(Given.JOB, "not wanted"));
            String fresh = idOf(4, 5);
            kafka.send(topics().jobs(), 0, "k", PullJob.of(fresh, List.of(ImageRequest.of("alpine"))));

            assertThat(tasks(3))
                    .extracting(TaskRecord::job, task -> task.getClass().getSimpleName())
                    .contains(tuple(fresh, "PullTask"));
            assertThat(events(JobAccepted.class, 2))
                    .filteredOn(r -> r.key().equals(fresh))
                    .allSatisfy(r -> assertThat(r.partition()).isEqualTo(4));
            result(Given.succeeded("a", "alpine", Instant.now()));
            assertThat(results(JobCompleted.class, 1)).hasSize(1);
        }

        private void add(Admin admin, String topic) throws Exception {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }

        private String idOf(int home, int partitions) {
            return Stream.generate(() -> UlidCreator.getUlid().toString())
                    .filter(id -> Topics.partitionOf(id, partitions) == home)
                    .findFirst()
                    .orElseThrow();
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
    class WhenItIsKilledWhileWorkersWait {
        @Test
        void theNextOneExpectsThoseThatAreGoneAndSaysTheirNamesAtTheDeadline() throws Exception {
            worker("here");
            worker("gone");
            Process process = CoordinatorProcess.start(kafka.bootstrapServers(), topics());
            try {
                kafka.send(topics().jobs(), PARTITION, Given.JOB, Given.paused(8, "alpine"));
                assertThat(((JobAccepted) ContractJson.readEvent(
                                        events(JobAccepted.class, 1).getFirst().value()))
                                .workers())
                        .containsExactly("gone", "here");
            } finally {
                process.destroyForcibly();
            }
            kafka.sendBytes(topics().workers(), null, "gone", null);
            start();

            JobCompleted end = (JobCompleted) ContractJson.readEvent(
                    results(JobCompleted.class, 1).getFirst().value());

            assertThat(end.workers()).isEqualTo(2);
            assertThat(results(PullEvent.Failed.class, 2))
                    .extracting(r -> (PullEvent.Failed) ContractJson.readEvent(r.value()))
                    .allSatisfy(failed -> assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT))
                    .extracting(failed -> failed.origin().worker())
                    .containsExactlyInAnyOrder("gone", "here");
        }
    }

    @Nested
    class WhenAnotherJoins {
        @Test
        void theFirstIsNotTakenForDeadAndWritesOn() throws Exception {
            worker("a");
            start();
            List<String> first = members();
            Coordinator second = start();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> second.health().partitions().size(), size -> size > 0 && size < 3);

            for (int i = 0; i < 30; i++) {
                send(i);
            }

            assertThat(events(JobAccepted.class, 30)).hasSize(30);
            assertThat(members()).hasSize(2).containsAll(first);
        }

        /** Each has an id of its own, a new one after an error. */
        private List<String> members() throws Exception {
            String group = topics().coordinatorGroup();
            try (Admin admin = Admin.create(new HashMap<>(kafka.clientSettings()))) {
                return admin.describeConsumerGroups(List.of(group)).all().get(20, TimeUnit.SECONDS).values().stream()
                        .flatMap(described -> described.members().stream())
                        .map(MemberDescription::clientId)
                        .toList();
            }
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
                    jobs.add(send(i));
                    if (i == 30) {
                        process.destroyForcibly();
                    }
                }
                long killed = System.nanoTime();

                List<TaskRecord.OfWorker> tasks = tasks(60);

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

        @Test
        void whatItHadBegunToTakeToAnotherPartitionDoesNotHoldThatUp() throws Exception {
            try (KafkaProducer<byte[], byte[]> dead = predecessor()) {
                dead.beginTransaction();
                dead.send(new ProducerRecord<>(topics().jobs(), PARTITION, new byte[1], new byte[1]))
                        .get(20, TimeUnit.SECONDS);

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
            String metadata = "dead-" + topics().prefix();
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

    /** A job of its own, whose record stands in one partition after the other. */
    private String send(int number) {
        String id = UlidCreator.getUlid().toString();
        kafka.send(topics().jobs(), number % 3, id, PullJob.of(id, List.of(ImageRequest.of("alpine"))));
        return id;
    }

    private void result(PullEvent.OfPull event) {
        String key = Topics.resultKey(
                event.jobId(), event.origin().worker(), event.origin().pull());
        kafka.send(topics().results(), PARTITION, key, event);
    }

    private List<TaskRecord.OfWorker> tasks(int least) {
        return ofWorkers(
                kafka.readUntil(topics().tasks(), read -> ofWorkers(read).size() >= least));
    }

    private static List<TaskRecord.OfWorker> ofWorkers(List<ConsumerRecord<String, byte[]>> read) {
        return read.stream()
                .map(r -> ContractJson.readTask(r.value()))
                .filter(TaskRecord.OfWorker.class::isInstance)
                .map(TaskRecord.OfWorker.class::cast)
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
