// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.JobRecord;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import java.util.function.Function;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import tools.jackson.core.JacksonException;

/**
 * Serializers and deserializers of the values of each topic, for Java programs that use Kafka's own clients. Null is a
 * tombstone both ways. What is no such value throws {@link SerializationException}, which Kafka's consumers let a
 * program skip; a bad job is a value too, {@link JobReader.Rejected}.
 */
public final class ContractSerdes {
    private ContractSerdes() {}

    /** {@code pull.jobs}, to write. */
    public static Serializer<JobRecord> jobWriter() {
        return writer();
    }

    /** {@code pull.jobs}, to read. */
    public static Deserializer<JobReader.Result> jobReader(JobLimits limits) {
        return (topic, bytes) -> JobReader.read(bytes, limits);
    }

    /** {@code pull.tasks}. */
    public static Serde<TaskRecord> task() {
        return Serdes.serdeFrom(writer(), reader(ContractJson::readTask));
    }

    /** {@code pull.events} and {@code pull.results}. */
    public static Serde<PullEvent> event() {
        return Serdes.serdeFrom(writer(), reader(ContractJson::readEvent));
    }

    /** {@code pull.workers}. */
    public static Serde<WorkerStatus> worker() {
        return Serdes.serdeFrom(writer(), reader(ContractJson::readWorker));
    }

    /** {@code pull.sets}. */
    public static Serde<StandingSet> set() {
        return Serdes.serdeFrom(writer(), reader(ContractJson::readSet));
    }

    @SuppressWarnings("NullAway") // Kafka's own signatures say nothing of the nulls that stand for tombstones
    private static <T> Serializer<T> writer() {
        return (topic, value) -> value == null ? null : ContractJson.write(value);
    }

    @SuppressWarnings("NullAway")
    private static <T> Deserializer<T> reader(Function<byte[], T> read) {
        return (topic, bytes) -> {
            try {
                return bytes == null ? null : read.apply(bytes);
            } catch (JacksonException e) {
                throw new SerializationException("a value of " + topic + " is not as the contract says", e);
            }
        };
    }
}
