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
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Serializers and deserializers of the values of each topic, for Java programs that use Kafka's own clients. Null is a
 * tombstone both ways. What is no such value throws {@link SerializationException}, which Kafka's consumers let a
 * program skip; a bad job is a value too, {@link JobReader.Rejected}.
 *
 * <p>Hand them to a client, or name one in {@code value.serializer} or {@code value.deserializer}:
 * {@code dev.pullcast.contract.kafka.ContractSerdes$EventDeserializer}. Safe from any thread.
 */
public final class ContractSerdes {
    private ContractSerdes() {}

    /** {@code pull.jobs}, to write. */
    public static Serializer<JobRecord> jobWriter() {
        return new JobSerializer();
    }

    /** {@code pull.jobs}, to read. */
    public static Deserializer<JobReader.Result> jobReader(JobLimits limits) {
        return (topic, bytes) -> JobReader.read(bytes, limits);
    }

    /** {@code pull.tasks}. */
    public static Serde<TaskRecord> task() {
        return Serdes.serdeFrom(new TaskSerializer(), new TaskDeserializer());
    }

    /** {@code pull.events} and {@code pull.results}. */
    public static Serde<PullEvent> event() {
        return Serdes.serdeFrom(new EventSerializer(), new EventDeserializer());
    }

    /** {@code pull.workers}. */
    public static Serde<WorkerStatus> worker() {
        return Serdes.serdeFrom(new WorkerSerializer(), new WorkerDeserializer());
    }

    /** {@code pull.sets}. */
    public static Serde<StandingSet> set() {
        return Serdes.serdeFrom(new SetSerializer(), new SetDeserializer());
    }

    /** What all of those that write have in common. */
    public abstract static sealed class Writer<T> implements Serializer<T>
            permits JobSerializer, TaskSerializer, EventSerializer, WorkerSerializer, SetSerializer {
        @Override
        @SuppressWarnings("NullAway") // Kafka's own signatures say nothing of the nulls that stand for tombstones
        public byte[] serialize(String topic, @Nullable T value) {
            return value == null ? null : ContractJson.write(value);
        }
    }

    /** What those have in common that read and throw for what is no such value. */
    public abstract static sealed class Reader<T> implements Deserializer<T>
            permits TaskDeserializer, EventDeserializer, WorkerDeserializer, SetDeserializer {
        private final Function<byte[], T> read;

        Reader(Function<byte[], T> read) {
            this.read = read;
        }

        @Override
        @SuppressWarnings("NullAway")
        public T deserialize(String topic, byte @Nullable [] value) {
            try {
                return value == null ? null : read.apply(value);
            } catch (JacksonException e) {
                throw new SerializationException("a value of " + topic + " is not as the contract says", e);
            }
        }
    }

    /** {@code pull.jobs}, to write. */
    public static final class JobSerializer extends Writer<JobRecord> {}

    /** {@code pull.jobs}, to read, with the default limits. */
    public static final class JobDeserializer implements Deserializer<JobReader.Result> {
        @Override
        public JobReader.Result deserialize(String topic, byte @Nullable [] value) {
            return JobReader.read(value, JobLimits.DEFAULT);
        }
    }

    /** {@code pull.tasks}, to write. */
    public static final class TaskSerializer extends Writer<TaskRecord> {}

    /** {@code pull.tasks}, to read. */
    public static final class TaskDeserializer extends Reader<TaskRecord> {
        /** For Kafka, which makes one by the name of its class. */
        public TaskDeserializer() {
            super(ContractJson::readTask);
        }
    }

    /** {@code pull.events} and {@code pull.results}, to write. */
    public static final class EventSerializer extends Writer<PullEvent> {}

    /** {@code pull.events} and {@code pull.results}, to read. */
    public static final class EventDeserializer extends Reader<PullEvent> {
        /** For Kafka, which makes one by the name of its class. */
        public EventDeserializer() {
            super(ContractJson::readEvent);
        }
    }

    /** {@code pull.workers}, to write. */
    public static final class WorkerSerializer extends Writer<WorkerStatus> {}

    /** {@code pull.workers}, to read. */
    public static final class WorkerDeserializer extends Reader<WorkerStatus> {
        /** For Kafka, which makes one by the name of its class. */
        public WorkerDeserializer() {
            super(ContractJson::readWorker);
        }
    }

    /** {@code pull.sets}, to write. */
    public static final class SetSerializer extends Writer<StandingSet> {}

    /** {@code pull.sets}, to read. */
    public static final class SetDeserializer extends Reader<StandingSet> {
        /** For Kafka, which makes one by the name of its class. */
        public SetDeserializer() {
            super(ContractJson::readSet);
        }
    }
}
