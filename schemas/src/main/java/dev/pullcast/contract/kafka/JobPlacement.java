// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import org.apache.kafka.clients.consumer.ConsumerRecord;
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
     * {@code topic-partition@offset}, of what a standing set asks for {@code set}. Such a record is in place.
     */
    public static final String HEADER = "pullcast-placed";

    /** Where a job's records meet. */
    public int home(String id) {
        return Topics.partitionOf(id, partitions);
    }

    /**
     * Whether a record is to be judged where it stands.
     *
     * @param id that it is about; null where none can be read, which is in place everywhere
     */
    public boolean isInPlace(ConsumerRecord<?, ?> record, @Nullable String id) {
        return id == null || home(id) == record.partition() || record.headers().lastHeader(HEADER) != null;
    }
}
