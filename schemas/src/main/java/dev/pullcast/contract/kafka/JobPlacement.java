// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * In which partition of {@code pull.jobs} all that is said of a job meets: where Java's default partitioner puts its id
 * as the key. The coordinator takes a record that stands elsewhere there, so that a job that was written twice by
 * programs with other partitioners is one job, and a cancel finds it.
 *
 * @param partitions of {@code pull.jobs}
 */
public record JobPlacement(int partitions) {
    /**
     * Header of a record that the coordinator has put where it is: of what was read elsewhere
     * {@code topic-partition@offset}, of what a standing set asks for {@link #OF_SET}. Such a record is in place, if
     * {@link #MARK} proves it.
     */
    public static final String HEADER = "pullcast-placed";

    /** Header beside it, which only coordinators can make. */
    public static final String MARK = "pullcast-mark";

    /** The value of {@link #HEADER} for a job that a standing set asks for. */
    public static final String OF_SET = "set";

    /** Tells marks of coordinators from what others write. */
    public interface Marks {
        /** Believes none. */
        Marks NONE = (_, _, _, _) -> false;

        /** Whether a coordinator put a value into a partition, with that place in the header. */
        boolean isGenuine(String place, int partition, byte @Nullable [] value, byte[] mark);
    }

    /** Where a job's records meet. */
    public int home(String id) {
        return Topics.partitionOf(id, partitions);
    }

    /** What the coordinator says of a record that it has put where it is; null for every other record. */
    public static @Nullable String placed(ConsumerRecord<?, byte[]> record, Marks marks) {
        Header header = record.headers().lastHeader(HEADER);
        Header mark = record.headers().lastHeader(MARK);
        if (header == null || header.value() == null || mark == null || mark.value() == null) {
            return null;
        }
        String place = new String(header.value(), StandardCharsets.UTF_8);
        return marks.isGenuine(place, record.partition(), record.value(), mark.value()) ? place : null;
    }

    /**
     * Whether a record is to be judged where it stands.
     *
     * @param id that it is about; null where none can be read, which is in place everywhere
     */
    public boolean isInPlace(ConsumerRecord<?, byte[]> record, @Nullable String id, Marks marks) {
        return id == null || home(id) == record.partition() || placed(record, marks) != null;
    }
}
