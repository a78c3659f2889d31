// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * From where a partition must be read back to know all its open jobs. It is the metadata of the offset that is
 * committed for the partition of {@code pull.jobs}, so it changes in the same transaction as what it describes.
 *
 * @param job offset in {@code pull.jobs} of the oldest open job, or the next one
 * @param result offset in {@code pull.results} that was next when that job was accepted
 * @param since when that job was accepted; its tasks are not older
 */
record Watermark(long job, long result, Instant since) {
    /** Everything; for a partition without one. */
    static final Watermark BEGINNING = new Watermark(0, 0, Instant.EPOCH);

    private static final Pattern FORM =
            Pattern.compile("v1 (\\d{1,18}) (\\d{1,18}) (\\d{1,18}) (\\S+)(?: (\\d{1,5}))?");

    /** Reads the metadata; anything else, as another version might write, is the beginning. */
    static Watermark parse(@Nullable String metadata) {
        Matcher matcher = FORM.matcher(metadata == null ? "" : metadata);
        return matcher.matches()
                ? new Watermark(
                        Long.parseLong(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Instant.ofEpochMilli(Long.parseLong(matcher.group(3))))
                : BEGINNING;
    }

    /** Whichever is earlier, field by field. */
    Watermark min(Watermark other) {
        return new Watermark(
                Math.min(job, other.job),
                Math.min(result, other.result),
                since.isBefore(other.since) ? since : other.since);
    }

    /** The transactional id of the owner that wrote the metadata; null if it is of another version. */
    static @Nullable String ownerOf(@Nullable String metadata) {
        Matcher matcher = FORM.matcher(metadata == null ? "" : metadata);
        return matcher.matches() ? matcher.group(4) : null;
    }

    /** How many partitions there were when the oldest open job was accepted; 0 if that was not written. */
    static int partitionsOf(@Nullable String metadata) {
        Matcher matcher = FORM.matcher(metadata == null ? "" : metadata);
        return matcher.matches() && matcher.group(5) != null ? Integer.parseInt(matcher.group(5)) : 0;
    }

    /** The metadata, with the number of partitions. */
    String text(String owner, int partitions) {
        return text(owner) + ' ' + partitions;
    }

    /** The metadata. */
    String text(String owner) {
        return "v1 " + job + ' ' + result + ' ' + since.toEpochMilli() + ' ' + owner;
    }
}
