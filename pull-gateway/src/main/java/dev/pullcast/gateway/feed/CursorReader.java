// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.util.Optional;

/** Reads cursors, refusing everything that {@link Cursor#text()} would not write. */
final class CursorReader {
    static final int MARK_LENGTH = 5;
    /** Version, dash, mark, and the letter for the kind or width. */
    static final int HEAD_LENGTH = 2 + MARK_LENGTH + 1;

    private static final int MAX_LENGTH = 4096;
    private static final int MAX_PARTITIONS = 1024;

    private CursorReader() {}

    static Optional<Cursor> read(String text) {
        if (text.length() < HEAD_LENGTH
                || text.length() > MAX_LENGTH
                || text.charAt(0) != Cursor.VERSION
                || text.charAt(1) != '-') {
            return Optional.empty();
        }
        String mark = text.substring(2, 2 + MARK_LENGTH);
        if (!mark.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'))) {
            return Optional.empty();
        }
        String rest = text.substring(HEAD_LENGTH);
        char kind = text.charAt(HEAD_LENGTH - 1);
        return kind == 'p' ? readInPartition(mark, rest) : readEverywhere(mark, kind - 'a' + 1, rest);
    }

    private static Optional<Cursor> readEverywhere(String mark, int width, String rest) {
        if (width < 1 || width > CursorWriter.MAX_WIDTH || rest.length() < width || rest.length() % width != 0) {
            return Optional.empty();
        }
        long[] next = new long[rest.length() / width];
        if (next.length > MAX_PARTITIONS) {
            return Optional.empty();
        }
        for (int p = 0; p < next.length; p++) {
            long value = 0;
            for (int i = 0; i < width; i++) {
                int digit = CursorWriter.valueOf(rest.charAt(p * width + i));
                if (digit < 0 || value > Long.MAX_VALUE >>> 6) {
                    return Optional.empty();
                }
                value = value << 6 | digit;
            }
            if (value == Positions.NOTHING) {
                return Optional.empty();
            }
            next[p] = value;
        }
        return Optional.of(new Cursor.Everywhere(mark, Positions.of(next)));
    }

    private static Optional<Cursor> readInPartition(String mark, String rest) {
        int dash = rest.indexOf('-');
        if (dash < 1 || !isNumber(rest.substring(0, dash)) || !isNumber(rest.substring(dash + 1))) {
            return Optional.empty();
        }
        try {
            int partition = Integer.parseInt(rest.substring(0, dash));
            long next = Long.parseLong(rest.substring(dash + 1));
            return partition >= MAX_PARTITIONS || next == Positions.NOTHING
                    ? Optional.empty()
                    : Optional.of(new Cursor.InPartition(mark, partition, next));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
    }
}
