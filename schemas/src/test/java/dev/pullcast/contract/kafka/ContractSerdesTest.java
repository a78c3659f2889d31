// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class ContractSerdesTest {
    private static final String TOPIC = "t";
    private static final String ULID = "01JD5Q8W3ZJ4T0N6R2V7X9A1BC";

    @Test
    void keepEveryKindOfValue() {
        survives(ContractSerdes.event(), new PullEvent.JobRejected("j", Instant.EPOCH, "p", List.of("no")));
        survives(ContractSerdes.task(), new TaskRecord.CancelTask("j", "w", "why"));
        survives(
                ContractSerdes.worker(),
                new WorkerStatus(
                        "w",
                        "run",
                        WorkerStatus.State.READY,
                        Map.of("a", "b"),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        5,
                        null,
                        0,
                        0,
                        "1"));
    }

    @Test
    void areMadeByTheNamesOfTheirClassesAsKafkasSettingsNameThem() throws ClassNotFoundException {
        PullEvent event = new PullEvent.JobRejected("j", Instant.EPOCH, "p", List.of("no"));
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", "127.0.0.1:1",
                "key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer",
                "value.deserializer", "dev.pullcast.contract.kafka.ContractSerdes$EventDeserializer");
        try (KafkaConsumer<String, PullEvent> consumer = new KafkaConsumer<>(settings)) {
            assertThat(consumer.assignment()).isEmpty();
        }
        for (String kind : List.of("Job", "Task", "Event", "Worker", "Set")) {
            assertThat(made(kind + "Serializer")).isInstanceOf(Serializer.class);
            assertThat(made(kind + "Deserializer")).isInstanceOf(Deserializer.class);
        }
        assertThat(new ContractSerdes.EventDeserializer()
                        .deserialize(TOPIC, new ContractSerdes.EventSerializer().serialize(TOPIC, event)))
                .isEqualTo(event);
        assertThat(new ContractSerdes.JobDeserializer()
                        .deserialize(
                                TOPIC, new ContractSerdes.JobSerializer().serialize(TOPIC, new CancelJob(ULID, "why"))))
                .isEqualTo(new JobReader.Accepted(new CancelJob(ULID, "why")));
    }

    private static Object made(String name) throws ClassNotFoundException {
        return Utils.newInstance("dev.pullcast.contract.kafka.ContractSerdes$" + name, Object.class);
    }

    @Test
    void readAJobStrictly() {
        byte[] written = ContractSerdes.jobWriter().serialize(TOPIC, new CancelJob(ULID, "why"));
        assertThat(ContractSerdes.jobReader(JobLimits.DEFAULT).deserialize(TOPIC, written))
                .isEqualTo(new JobReader.Accepted(new CancelJob(ULID, "why")));
        assertThat(ContractSerdes.jobReader(JobLimits.DEFAULT).deserialize(TOPIC, bytes("{}")))
                .isInstanceOf(JobReader.Rejected.class);
    }

    @Test
    void leaveTombstonesAsTheyAre() {
        assertThat(ContractSerdes.worker().deserializer().deserialize(TOPIC, null))
                .isNull();
        assertThat(ContractSerdes.worker().serializer().serialize(TOPIC, null)).isNull();
    }

    @Test
    void sayWhichTopicHadABadValueWithoutRepeatingIt() {
        assertThatThrownBy(
                        () -> ContractSerdes.task().deserializer().deserialize("pull.tasks", bytes("{\"kind\":\"X\"}")))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("pull.tasks");
        assertThatThrownBy(() -> ContractSerdes.event().deserializer().deserialize("pull.events", bytes("s3cret")))
                .isInstanceOf(SerializationException.class)
                .hasMessageNotContaining("s3cret");
    }

    private static <T> void survives(Serde<T> serde, T value) {
        byte[] written = serde.serializer().serialize(TOPIC, value);
        assertThat(serde.deserializer().deserialize(TOPIC, written)).isEqualTo(value);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
