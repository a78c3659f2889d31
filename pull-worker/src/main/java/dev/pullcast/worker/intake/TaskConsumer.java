// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.job.TaskRecord.CancelTask;
import dev.pullcast.contract.job.TaskRecord.PauseTask;
import dev.pullcast.contract.job.TaskRecord.PullTask;
import dev.pullcast.contract.job.TaskRecord.RemoveTask;
import dev.pullcast.contract.job.TaskRecord.TaskPull;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.worker.pull.PullSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.common.TopicPartition;
import io.vertx.kafka.client.consumer.KafkaConsumer;
import io.vertx.kafka.client.consumer.KafkaConsumerRecord;
import io.vertx.kafka.client.consumer.OffsetAndMetadata;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** Reads this worker's tasks and sees each of their pulls through. All fields belong to the worker's context. */
public final class TaskConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(TaskConsumer.class);
    private static final long COMMIT_MILLIS = 200;

    private final Vertx vertx;
    private final String worker;
    private final Topics topics;
    private final PullSlots slots;
    private final BroughtImages brought;
    private final InstantSource clock;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Path journalFile;
    private final Watermark watermark = new Watermark();
    private final Map<String, Map<String, OpenPull>> openByJob = new HashMap<>();

    private @Nullable TaskJournal journal;
    private @Nullable TopicPartition partition;
    private boolean commitPlanned;
    private int removals;
    private volatile boolean stopped; // Kafka's thread asks, too

    /** A pull that has not ended, or whose end is not on disk yet. */
    private record OpenPull(PullSpec spec, PullSlots.Ticket ticket) {}

    /** A consumer that waits for {@link #start()}. */
    // One parameter for each part that it works with.
    public TaskConsumer(
            Vertx vertx,
            String worker,
            Topics topics,
            PullSlots slots,
            BroughtImages brought,
            InstantSource clock,
            Kafka kafka) {
        this.vertx = vertx;
        this.worker = worker;
        this.topics = topics;
        this.slots = slots;
        this.brought = brought;
        this.clock = clock;
        this.journalFile = kafka.dataFolder().resolve("journal-" + fileName(worker));
        Map<String, String> config = new HashMap<>(kafka.client());
        config.put(ConsumerConfig.GROUP_ID_CONFIG, topics.workerGroup(worker));
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        this.consumer = KafkaConsumer.create(vertx, config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Where tasks come from and what is remembered.
     *
     * @param client settings of Kafka clients
     * @param dataFolder for the journal
     */
    public record Kafka(Map<String, String> client, Path dataFolder) {
        /** Without the settings: they may be secrets. */
        @Override
        public String toString() {
            return "Kafka[dataFolder=" + dataFolder + "]";
        }
    }

    /** A worker's id as part of a file's name. */
    public static String fileName(String workerId) {
        return workerId.replaceAll("[^A-Za-z0-9._-]", "_");
    }

    /** Begins at the committed offset, or at the beginning. */
    public Future<Void> start() {
        consumer.handler(this::onRecord);
        consumer.exceptionHandler(t -> {
            if (!stopped) {
                LOG.warn("reading {}: {}", topics.tasks(), t.toString());
            }
        });
        return vertx.executeBlocking(() -> TaskJournal.open(journalFile))
                .onSuccess(opened -> journal = opened)
                .compose(_ -> brought.open())
                .onSuccess(_ -> lookAtEndedSets())
                .compose(_ -> consumer.partitionsFor(topics.tasks()))
                .compose(partitions -> {
                    TopicPartition mine =
                            new TopicPartition(topics.tasks(), Topics.partitionOf(worker, partitions.size()));
                    partition = mine;
                    return consumer.assign(mine);
                });
    }

    /** Takes no more tasks; what is open goes on. */
    public void stopReading() {
        stopped = true;
        consumer.pause();
    }

    /** Pulls that have not ended, {@code image} each, for a last word at shutdown. */
    public List<String> open() {
        List<String> result = new ArrayList<>();
        openByJob.forEach((job, tickets) -> tickets.keySet().forEach(pull -> result.add(job + "/" + pull)));
        return result;
    }

    /** Completes when every pull that was taken has its terminal event acknowledged. */
    public Future<Void> drained() {
        List<Future<Void>> all = new ArrayList<>();
        openByJob
                .values()
                .forEach(tickets ->
                        tickets.values().forEach(open -> all.add(open.ticket().published())));
        return Future.join(all).mapEmpty();
    }

    /** Commits what is done and closes. */
    public Future<Void> close() {
        return commit().otherwiseEmpty().compose(_ -> consumer.close());
    }

    private void onRecord(KafkaConsumerRecord<String, byte[]> record) {
        if (stopped) {
            return;
        }
        if (!worker.equals(record.key()) || record.value() == null) {
            read(record.offset(), 0);
            return;
        }
        TaskRecord task;
        try {
            task = ContractJson.readTask(record.value());
        } catch (JacksonException e) {
            LOG.warn("skipping the task at offset {}: {}", record.offset(), e.getOriginalMessage());
            read(record.offset(), 0);
            return;
        }
        switch (task) {
            case PullTask pullTask -> onPullTask(record.offset(), pullTask);
            case CancelTask cancel -> {
                read(record.offset(), 0);
                List.copyOf(openByJob.getOrDefault(cancel.job(), Map.of()).values())
                        .forEach(open -> open.ticket().cancel(cancel.message()));
            }
            case PauseTask pause -> {
                read(record.offset(), 0);
                if (openByJob.containsKey(pause.job())) {
                    slots.pause(pause.job(), pause.paused());
                }
            }
            case RemoveTask removed -> {
                read(record.offset(), 1);
                whileNoTaskIsTaken(brought.end(removed.job(), removed.jobPartition(), this::openPulls))
                        .onComplete(_ -> {
                            watermark.done(record.offset());
                            planCommit();
                        });
            }
        }
    }

    /** A pull that began while its image is being removed would find it, and lose it. */
    private Future<Void> whileNoTaskIsTaken(Future<Void> removal) {
        removals++;
        consumer.pause();
        return removal.onComplete(_ -> {
            removals--;
            if (removals == 0 && !stopped) {
                consumer.resume();
            }
        });
    }

    private void lookAtEndedSets() {
        if (brought.isWaiting()) {
            whileNoTaskIsTaken(brought.settle(this::openPulls));
        }
    }

    private BroughtImages.OpenPulls openPulls() {
        Set<String> names = new HashSet<>();
        Set<String> sets = new HashSet<>();
        openByJob
                .values()
                .forEach(pulls -> pulls.values().forEach(open -> {
                    ImageReference reference = open.spec().reference();
                    names.add(BroughtImages.nameOf(reference));
                    if (reference.digest() != null) {
                        names.add(reference.name() + '@' + reference.digest());
                    }
                    if (open.spec().set() != null) {
                        sets.add(open.spec().set());
                    }
                }));
        return new BroughtImages.OpenPulls(names, sets);
    }

    private void onPullTask(long offset, PullTask task) {
        TaskJournal known = journal;
        if (known == null || !clock.instant().isBefore(task.deadline())) {
            read(offset, 0);
            return;
        }
        List<TaskPull> toDo = task.pulls().stream()
                .filter(pull -> !known.isFinished(task.job(), pull.pull()))
                .filter(pull -> !openByJob.getOrDefault(task.job(), Map.of()).containsKey(pull.pull()))
                .toList();
        watermark.read(offset, toDo.size());
        for (TaskPull pull : toDo) {
            PullSpec spec = specOf(task, pull);
            PullSlots.Ticket ticket = slots.submit(spec);
            openByJob.computeIfAbsent(task.job(), _ -> new HashMap<>()).put(pull.pull(), new OpenPull(spec, ticket));
            ticket.published()
                    .onSuccess(_ -> finish(offset, task, ticket.ended().result(), known));
        }
        planCommit();
    }

    private static PullSpec specOf(PullTask task, TaskPull pull) {
        return new PullSpec(
                task.job(),
                pull.pull(),
                pull.image(),
                ImageReference.parse(pull.reference()),
                pull.platform(),
                pull.project(),
                pull.credentials(),
                task.pullPolicy(),
                task.backoffLimit(),
                task.timeoutSeconds() == null ? null : Duration.ofSeconds(task.timeoutSeconds()),
                task.parallelism(),
                task.deadline(),
                task.jobPartition(),
                task.set());
    }

    private void finish(long offset, PullTask task, PullEvent.OfPull end, TaskJournal known) {
        String job = task.job();
        String pull = end.origin().pull();
        brought.hold(task, end)
                .compose(_ -> vertx.executeBlocking(() -> {
                    known.finish(job, pull, offset);
                    return null;
                }))
                .onFailure(t -> LOG.warn("a restart may repeat {} of job {}: {}", pull, job, t.toString()))
                .onComplete(_ -> {
                    openByJob.computeIfPresent(job, (_, tickets) -> {
                        tickets.remove(pull);
                        if (tickets.isEmpty()) {
                            slots.pause(job, false);
                            return null;
                        }
                        return tickets;
                    });
                    watermark.done(offset);
                    planCommit();
                    lookAtEndedSets();
                });
    }

    private void read(long offset, int parts) {
        watermark.read(offset, parts);
        planCommit();
    }

    private void planCommit() {
        if (!commitPlanned && watermark.toCommit() != null) {
            commitPlanned = true;
            vertx.setTimer(COMMIT_MILLIS, _ -> {
                commitPlanned = false;
                commit().onComplete(result -> {
                    if (result.failed()) {
                        LOG.debug(
                                "commit failed, trying again: {}",
                                result.cause().toString());
                    }
                    if (!stopped) {
                        planCommit();
                    }
                });
            });
        }
    }

    private Future<Void> commit() {
        Long mark = watermark.toCommit();
        TopicPartition mine = partition;
        if (mark == null || mine == null) {
            return Future.succeededFuture();
        }
        return consumer.commit(Map.of(mine, new OffsetAndMetadata(mark, ""))).compose(_ -> {
            watermark.committed(mark);
            TaskJournal known = journal;
            if (known == null) {
                return Future.succeededFuture();
            }
            boolean idle = watermark.isIdle() && watermark.toCommit() == null;
            return vertx.executeBlocking(() -> {
                if (idle) {
                    known.clear();
                } else {
                    known.committed(mark);
                }
                return null;
            });
        });
    }
}
