// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.HdrHistogram.Histogram;

/**
 * Counts events in bytes off a socket. Each event holds {@link BenchEvent#MARK} once, followed by 16 hexadecimal digits:
 * the nanosecond at which it was sent. Eight bytes are looked at at once, so that counting costs less than reading.
 */
final class FrameCounter {
    private static final long MARKS = 0x0101010101010101L * BenchEvent.MARK;
    private static final long LOW = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;
    private static final long LONGEST_MICROS = 120_000_000L;

    private final Histogram micros = new Histogram(LONGEST_MICROS, 3);
    private final int sample;
    private long frames;
    private long bytes;

    /**
     * A counter.
     *
     * @param sample one of how many events is timed; all are counted
     */
    FrameCounter(int sample) {
        this.sample = sample;
    }

    /** Takes what was read at a time of {@link System#nanoTime()}. Digits cut at the end are counted, not timed. */
    void take(ByteBuffer read, long now) {
        read.order(ByteOrder.LITTLE_ENDIAN);
        int end = read.limit();
        bytes += end - read.position();
        int at = read.position();
        for (; at + 8 <= end; at += 8) {
            long same = read.getLong(at) ^ MARKS;
            // The classic test for a zero byte; exact for telling whether there is one.
            if (((same - LOW) & ~same & HIGH) != 0) {
                for (int i = at; i < at + 8; i++) {
                    look(read, i, end, now);
                }
            }
        }
        for (; at < end; at++) {
            look(read, at, end, now);
        }
    }

    private void look(ByteBuffer read, int at, int end, long now) {
        if (read.get(at) != BenchEvent.MARK) {
            return;
        }
        frames++;
        if (frames % sample != 0 || at + 1 + BenchEvent.DIGITS > end) {
            return;
        }
        long sent = 0;
        for (int i = at + 1; i <= at + BenchEvent.DIGITS; i++) {
            sent = sent << 4 | Character.digit(read.get(i), 16);
        }
        micros.recordValue(Math.clamp((now - sent) / 1_000, 0, LONGEST_MICROS));
    }

    /** Forgets everything so far. */
    void reset() {
        micros.reset();
        frames = 0;
        bytes = 0;
    }

    /** For the process that measures: see {@link Reading#parse}. */
    String line() {
        return "%d %d %d %d %d"
                .formatted(
                        frames,
                        bytes,
                        micros.getValueAtPercentile(50),
                        micros.getValueAtPercentile(99),
                        micros.getMaxValue());
    }
}
