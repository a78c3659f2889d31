// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.worker.WorkerStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of {@code pull.workers}. Any worker's principal may write there, so that a record is believed only where
 * its key is the worker that it names, and its numbers are brought within what a worker can mean.
 */
public final class HeartbeatRecord {
    /** Maximum length of a record's value in bytes. */
    public static final int MAX_BYTES = 64 * 1024;

    /** Maximum length of a worker's id in bytes of UTF-8, as of a job's target. */
    public static final int MAX_ID_BYTES = 4 * 253;

    /** Maximum number of labels. */
    public static final int MAX_LABELS = 256;

    private static final Duration MAX_AHEAD = Duration.ofMinutes(5);
    private static final int MAX_HEARTBEAT_SECONDS = 3600;
    private static final int MAX_PULLS = 1_000_000;
    private static final Instant EARLIEST = Instant.EPOCH;

    private HeartbeatRecord() {}

    /** What a record says. */
    public sealed interface Read {}

    /**
     * What a worker says of itself.
     *
     * @param status null where it leaves
     */
    public record Believed(String worker, @Nullable WorkerStatus status) implements Read {}

    /**
     * A record that no worker wrote of itself.
     *
     * @param reason what is wrong, without repeating what it holds
     */
    public record Disbelieved(String reason) implements Read {}

    /** Reads a record; never throws for what it reads. */
    public static Read read(ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        byte[] value = record.value();
        if (key == null || key.length == 0 || key.length > MAX_ID_BYTES) {
            return new Disbelieved("its key is no worker's id");
        }
        String worker = new String(key, StandardCharsets.UTF_8);
        if (value == null) {
            return new Believed(worker, null);
        }
        if (value.length > MAX_BYTES) {
            return new Disbelieved("it has " + value.length + " bytes; at most " + MAX_BYTES + " are allowed");
        }
        try {
            WorkerStatus status = ContractJson.readWorker(value);
            if (!status.worker().equals(worker)) {
                return new Disbelieved("its key is not the worker that it names");
            }
            if (status.labels().size() > MAX_LABELS) {
                return new Disbelieved("it has more than " + MAX_LABELS + " labels");
            }
            return new Believed(worker, within(status, Instant.ofEpochMilli(record.timestamp())));
        } catch (RuntimeException e) { // Jackson's, and what odd numbers and times lead to
            return new Disbelieved("it is no heartbeat");
        }
    }

    /** Times that a worker's clock cannot mean become the broker's. */
    private static WorkerStatus within(WorkerStatus status, Instant written) {
        Instant latest = written.plus(MAX_AHEAD);
        return new WorkerStatus(
                status.worker(),
                status.incarnation(),
                status.state(),
                status.labels(),
                clamp(status.startedAt(), latest, written),
                clamp(status.time(), latest, written),
                Math.clamp(status.heartbeatSeconds(), 0, MAX_HEARTBEAT_SECONDS),
                status.engine(),
                clamp(status.pullsRunning()),
                clamp(status.pullsQueued()),
                status.version());
    }

    private static Instant clamp(Instant time, Instant latest, Instant written) {
        return time.isBefore(EARLIEST) ? EARLIEST : time.isAfter(latest) ? written : time;
    }

    private static @Nullable Integer clamp(@Nullable Integer pulls) {
        return pulls == null ? null : Math.clamp(pulls, 0, MAX_PULLS);
    }
}
