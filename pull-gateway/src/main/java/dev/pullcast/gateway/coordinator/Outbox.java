// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.kafka.EventHeaders;
import dev.pullcast.contract.kafka.JobPlacement;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.gateway.tenants.FleetKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Decisions as records, until the transaction takes them. */
final class Outbox {
    /** Header of {@code pull.rejected}: one sentence; as many of these as there are reasons. */
    static final String REASON = "pullcast-reason";
    /** Header of {@code pull.rejected}: {@code topic-partition@offset} of the record as read. */
    static final String READ_AT = "pullcast-read-at";
    /** Header of {@code pull.rejected}: how many bytes the value had, if it was too large to be kept whole. */
    static final String CUT_FROM = "pullcast-cut-from";

    /** Header of {@code pull.rejected}: how many bytes the key had, if it was too long to be kept whole. */
    static final String KEY_CUT_FROM = "pullcast-key-cut-from";

    private static final int MAX_KEY_BYTES = 64 * 1024;

    /** Headers are kept as read up to so many bytes: compressed, they can be larger than any record may be. */
    private static final int MAX_HEADER_BYTES = 256 * 1024;

    private static final List<String> TRACE = List.of("traceparent", "tracestate");

    private final Topics topics;
    private final int taskPartitions;
    private final int maxValue;
    private final FleetKey fleet;
    private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();

    /** With a key that no other process has. */
    Outbox(Topics topics, int taskPartitions, int maxValue) {
        this(topics, taskPartitions, maxValue, new FleetKey(FleetKey.random()));
    }

    Outbox(Topics topics, int taskPartitions, int maxValue, FleetKey fleet) {
        this.fleet = fleet;
        this.topics = topics;
        this.taskPartitions = taskPartitions;
        this.maxValue = maxValue;
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    /** All records so far, and starts anew. */
    List<ProducerRecord<byte[], byte[]>> take() {
        List<ProducerRecord<byte[], byte[]>> taken = List.copyOf(records);
        records.clear();
        return taken;
    }

    /**
     * Adds what a partition's ledger decided.
     *
     * @param cause the record of {@code pull.jobs} that led to it, or null
     */
    void add(int partition, List<Output> outputs, @Nullable ConsumerRecord<byte[], byte[]> cause, Instant now) {
        for (Output output : outputs) {
            switch (output) {
                case Output.Task(var task) -> {
                    int to = Topics.partitionOf(task.key(), taskPartitions);
                    add(topics.tasks(), to, now, task.key(), ContractJson.write(task), trace(cause));
                }
                case Output.Event(var event) -> addEvent(partition, event, cause, now);
                case Output.Job(var job) -> {
                    byte[] value = ContractJson.write(job);
                    Headers headers = placed(new RecordHeaders(), JobPlacement.OF_SET, partition, value);
                    add(topics.jobs(), partition, now, job.id(), value, headers);
                }
                case Output.State(var key, var value) ->
                    add(
                            topics.coordinator(),
                            partition,
                            now,
                            key,
                            value == null ? null : ContractJson.write(value),
                            trace(null));
                case Output.Kept(var set) ->
                    add(topics.sets(), partition, now, set.job().id(), ContractJson.write(set), trace(null));
                case Output.Forgotten(var set) -> add(topics.sets(), partition, now, set, null, trace(null));
                case Output.Reject(var reasons) -> {
                    if (cause != null) {
                        addRejected(cause, reasons, now);
                    }
                }
            }
        }
    }

    /** Takes a record of {@code pull.jobs} to the partition where it belongs, bytes and headers as they are. */
    void forward(ConsumerRecord<byte[], byte[]> read, int to, Instant now) {
        Headers placed = placed(headersOf(read), placeOf(read), to, read.value());
        records.add(
                new ProducerRecord<>(topics.jobs(), to, now.toEpochMilli(), keyOf(read, placed), read.value(), placed));
    }

    /** A record's own headers of that name count for nothing: any producer may write them. */
    private Headers placed(Headers headers, String place, int partition, byte @Nullable [] value) {
        return headers.remove(JobPlacement.HEADER)
                .remove(JobPlacement.MARK)
                .add(JobPlacement.HEADER, place.getBytes(UTF_8))
                .add(JobPlacement.MARK, fleet.mark(place, partition, value));
    }

    /** A key is kept as read up to a bound: key, value and headers together must fit into a record. */
    private static byte @Nullable [] keyOf(ConsumerRecord<byte[], byte[]> read, Headers headers) {
        byte[] key = read.key();
        if (key == null || key.length <= MAX_KEY_BYTES) {
            return key;
        }
        headers.add(KEY_CUT_FROM, Integer.toString(key.length).getBytes(UTF_8));
        return Arrays.copyOf(key, MAX_KEY_BYTES);
    }

    private static String placeOf(ConsumerRecord<?, ?> read) {
        return read.topic() + '-' + read.partition() + '@' + read.offset();
    }

    private static Headers headersOf(ConsumerRecord<?, ?> read) {
        int bytes = 0;
        for (Header header : read.headers()) {
            bytes += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return bytes > MAX_HEADER_BYTES ? trace(read) : new RecordHeaders(read.headers());
    }

    private void addEvent(int partition, PullEvent event, @Nullable ConsumerRecord<byte[], byte[]> cause, Instant now) {
        byte[] value = ContractJson.write(event);
        Headers headers = trace(cause);
        EventHeaders.of(event).forEach(headers::add);
        add(topics.events(), partition, now, event.jobId(), value, headers);
        if (event.isTerminal()) {
            String key = event instanceof PullEvent.OfPull pull
                    ? Topics.resultKeyOnBehalf(
                            event.jobId(), pull.origin().worker(), pull.origin().pull())
                    : event.jobId();
            add(topics.results(), partition, now, key, value, headers);
        }
    }

    private void addRejected(ConsumerRecord<byte[], byte[]> read, List<String> reasons, Instant now) {
        Headers headers = headersOf(read);
        String placed = JobPlacement.placed(read, fleet);
        headers.add(READ_AT, (placed == null ? placeOf(read) : placed).getBytes(UTF_8));
        reasons.forEach(reason -> headers.add(REASON, reason.getBytes(UTF_8)));
        byte[] value = read.value();
        if (value != null && value.length > maxValue) {
            headers.add(CUT_FROM, Integer.toString(value.length).getBytes(UTF_8));
            value = Arrays.copyOf(value, maxValue);
        }
        records.add(new ProducerRecord<>(
                topics.rejected(), null, now.toEpochMilli(), keyOf(read, headers), value, headers));
    }

    // One parameter for each part of a record.
    @SuppressWarnings("NullAway") // Kafka's own signature says nothing of the null that stands for a tombstone
    private void add(
            String topic, int partition, Instant now, String key, byte @Nullable [] value, Iterable<Header> headers) {
        records.add(new ProducerRecord<>(topic, partition, now.toEpochMilli(), key.getBytes(UTF_8), value, headers));
    }

    /** What belongs to the trace of the cause goes on with its effects. */
    private static Headers trace(@Nullable ConsumerRecord<?, ?> cause) {
        Headers headers = new RecordHeaders();
        if (cause != null) {
            for (String name : TRACE) {
                Header header = cause.headers().lastHeader(name);
                if (header != null) {
                    headers.add(header);
                }
            }
        }
        return headers;
    }
}
