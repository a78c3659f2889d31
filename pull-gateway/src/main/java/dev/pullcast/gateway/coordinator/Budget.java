// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

/**
 * Room that is left in one transaction. A decision that needs more goes on in the next one: what is still to be done
 * follows from the state of the job, so a crash in between loses nothing. Owned by the coordinator's thread.
 */
final class Budget {
    /** Records of one transaction. */
    static final int MAX_RECORDS = 2_000;
    /** Bytes of one transaction, before compression. */
    static final long MAX_BYTES = 8L * 1024 * 1024;

    private int records;
    private long bytes;

    /** Starts the next transaction. */
    void reset() {
        records = 0;
        bytes = 0;
    }

    /** Counts a record of about this size. */
    void spend(int size) {
        records++;
        bytes += size;
    }

    /** Whether the next record belongs to the next transaction. */
    boolean isSpent() {
        return records >= MAX_RECORDS || bytes >= MAX_BYTES;
    }

    /** Number of records that may still be added, at least 0. */
    int left() {
        return isSpent() ? 0 : MAX_RECORDS - records;
    }
}
