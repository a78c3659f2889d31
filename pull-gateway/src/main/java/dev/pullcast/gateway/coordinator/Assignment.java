// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One worker's part of an open job: whether it has the task, what it was told, and how each pull ended. Owned by the
 * coordinator's thread.
 */
final class Assignment {
    private static final byte OPEN = '.';
    /** An end was written on the worker's behalf and is not read back from the log yet. */
    private static final byte WRITTEN = '?';

    private final String worker;
    private final byte[] ends;
    private int unanswered;
    private boolean given;
    private boolean stopSent;
    private boolean pauseSent;

    /** A worker that has no task yet. */
    Assignment(String worker, int pulls) {
        this.worker = worker;
        this.ends = new byte[pulls];
        this.unanswered = pulls;
        Arrays.fill(ends, OPEN);
    }

    /** As an earlier owner wrote it. */
    Assignment(String worker, int pulls, JobEntry.Assigned entry) {
        this(worker, pulls);
        byte[] written = entry.ends().getBytes(US_ASCII);
        System.arraycopy(written, 0, ends, 0, Math.min(pulls, written.length));
        for (byte end : ends) {
            unanswered -= endingOf(end) == null ? 0 : 1;
        }
        given = entry.given();
        stopSent = entry.stopSent();
        pauseSent = entry.pauseSent();
    }

    /** Its entry in the changelog. */
    JobEntry.Assigned entry() {
        return new JobEntry.Assigned(given, stopSent, pauseSent, new String(ends, US_ASCII));
    }

    String worker() {
        return worker;
    }

    /** Whether it has the task. */
    boolean isGiven() {
        return given;
    }

    /** Whether it has the task and has not answered for all pulls. */
    boolean isRunning() {
        return given && unanswered > 0;
    }

    /** Whether it has answered for every pull. */
    boolean isAnswered() {
        return unanswered == 0;
    }

    boolean isStopSent() {
        return stopSent;
    }

    boolean isPauseSent() {
        return pauseSent;
    }

    void give() {
        given = true;
    }

    void sendStop() {
        stopSent = true;
    }

    void sendPause(boolean paused) {
        pauseSent = paused;
    }

    /**
     * Takes the first end of a pull; later ones change nothing.
     *
     * @return whether it was the first
     */
    boolean end(int pull, Ending ending) {
        if (endingOf(ends[pull]) != null) {
            return false;
        }
        ends[pull] = ending.letter();
        unanswered--;
        return true;
    }

    /** Marks every pull without an end as written on its behalf, and hands its index over. */
    void write(IntConsumer missing) {
        for (int pull = 0; pull < ends.length; pull++) {
            if (ends[pull] == OPEN) {
                ends[pull] = WRITTEN;
                missing.accept(pull);
            }
        }
    }

    /** Number of pulls that ended so. */
    int count(Ending ending) {
        int count = 0;
        for (byte end : ends) {
            count += end == ending.letter() ? 1 : 0;
        }
        return count;
    }

    private static @Nullable Ending endingOf(byte letter) {
        for (Ending ending : Ending.ALL) {
            if (ending.letter() == letter) {
                return ending;
            }
        }
        return null;
    }
}
