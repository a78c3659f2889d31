// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.job.TaskRecord.CancelTask;
import dev.pullcast.contract.kafka.JobPlacement;
import dev.pullcast.contract.kafka.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Outbox outbox = new Outbox(Topics.DEFAULT, 12, 10);

    @Test
    void aTaskGoesWhereItsWorkerReads() {
        outbox.add(3, List.of(new Output.Task(new CancelTask(Given.JOB, "w1", "why"))), null, NOW);

        ProducerRecord<byte[], byte[]> task = outbox.take().getFirst();
        assertThat(task.topic()).isEqualTo("pull.tasks");
        assertThat(task.partition()).isEqualTo(Topics.partitionOf("w1", 12));
        assertThat(task.key()).asString(UTF_8).isEqualTo("w1");
        assertThat(outbox.isEmpty()).isTrue();
    }

    @Test
    void theEndOfAPullGoesToBothTopicsInTheJobsPartition() {
        outbox.add(3, List.of(new Output.Event(Given.cancelled("w1", "alpine", NOW))), null, NOW);

        List<ProducerRecord<byte[], byte[]>> records = outbox.take();
        assertThat(records)
                .extracting(r -> r.topic() + ' ' + r.partition())
                .containsExactly("pull.events 3", "pull.results 3");
        assertThat(records.getFirst().key()).asString(UTF_8).isEqualTo(Given.JOB);
        assertThat(records.getLast().key()).asString(UTF_8).startsWith(Given.JOB + "/w1/");
        assertThat(header(records.getFirst(), "ce_type")).containsExactly("dev.pullcast.pull.cancelled.v1");
    }

    @Test
    void theTraceOfAJobGoesOnWithItsTasks() {
        ConsumerRecord<byte[], byte[]> job = read("{}");
        job.headers().add("traceparent", "00-1-2-01".getBytes(UTF_8)).add("other", new byte[0]);

        outbox.add(3, List.of(new Output.Task(new CancelTask(Given.JOB, "w1", "why"))), job, NOW);

        ProducerRecord<byte[], byte[]> task = outbox.take().getFirst();
        assertThat(header(task, "traceparent")).containsExactly("00-1-2-01");
        assertThat(header(task, "other")).isEmpty();
    }

    @Test
    void whatStandsElsewhereGoesWhereItBelongsAsItIsAndSaysWhereItWasRead() {
        ConsumerRecord<byte[], byte[]> job = read("{ }");
        job.headers().add("traceparent", "00-1-2-01".getBytes(UTF_8)).add("other", new byte[] {7});

        outbox.forward(job, 9, NOW);

        ProducerRecord<byte[], byte[]> moved = outbox.take().getFirst();
        assertThat(moved.topic()).isEqualTo("pull.jobs");
        assertThat(moved.partition()).isEqualTo(9);
        assertThat(moved.key()).isEqualTo(job.key());
        assertThat(moved.value()).asString(UTF_8).isEqualTo("{ }");
        assertThat(header(moved, "other")).hasSize(1);
        assertThat(header(moved, JobPlacement.HEADER))
                .containsExactly("pull.jobs-" + job.partition() + "@" + job.offset());
    }

    @Test
    void headersThatAreTooLargeToBeKeptAreLeftOut() {
        ConsumerRecord<byte[], byte[]> job = read("{}");
        job.headers().add("traceparent", "00-1-2-01".getBytes(UTF_8)).add("huge", new byte[300_000]);

        outbox.add(3, List.of(new Output.Reject(List.of("no"))), job, NOW);

        ProducerRecord<byte[], byte[]> rejected = outbox.take().getFirst();
        assertThat(header(rejected, "traceparent")).containsExactly("00-1-2-01");
        assertThat(header(rejected, "huge")).isEmpty();
        assertThat(header(rejected, Outbox.REASON)).containsExactly("no");
    }

    @Test
    void whatIsRejectedKeepsItsHeadersAndGetsAReasonEach() {
        ConsumerRecord<byte[], byte[]> job = read("{}");
        job.headers().add("other", "kept".getBytes(UTF_8));

        outbox.add(3, List.of(new Output.Reject(List.of("one", "two"))), job, NOW);

        ProducerRecord<byte[], byte[]> rejected = outbox.take().getFirst();
        assertThat(rejected.topic()).isEqualTo("pull.rejected");
        assertThat(rejected.value()).asString(UTF_8).isEqualTo("{}");
        assertThat(header(rejected, "other")).containsExactly("kept");
        assertThat(header(rejected, "pullcast-reason")).containsExactly("one", "two");
        assertThat(header(rejected, "pullcast-read-at")).containsExactly("pull.jobs-3@7");
        assertThat(header(rejected, "pullcast-cut-from")).isEmpty();
    }

    @Test
    void whatIsTooLargeToBeKeptWholeIsCutAndSaysSo() {
        outbox.add(3, List.of(new Output.Reject(List.of("too large"))), read("0123456789abc"), NOW);

        ProducerRecord<byte[], byte[]> rejected = outbox.take().getFirst();
        assertThat(rejected.value()).asString(UTF_8).isEqualTo("0123456789");
        assertThat(header(rejected, "pullcast-cut-from")).containsExactly("13");
    }

    private static ConsumerRecord<byte[], byte[]> read(String value) {
        return new ConsumerRecord<>("pull.jobs", 3, 7, new byte[0], value.getBytes(UTF_8));
    }

    private static List<String> header(ProducerRecord<?, ?> record, String name) {
        List<String> values = new ArrayList<>();
        for (Header header : record.headers().headers(name)) {
            values.add(new String(header.value(), UTF_8));
        }
        return values;
    }
}
