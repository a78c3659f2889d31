// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.util.Optional;

/** Reads cursors, refusing everything that {@link Cursor#text()} would not write. */
final class CursorReader {
    static final int MARK_LENGTH = 5;
    /** Version, dash, mark, and the letter for the kind. */
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
        return switch (text.charAt(HEAD_LENGTH - 1)) {
            case 'a' -> readEverywhere(mark, rest);
            case 'p' -> readInPartition(mark, rest);
            default -> Optional.empty();
        };
    }

    private static Optional<Cursor> readEverywhere(String mark, String rest) {
        int width = rest.isEmpty() ? 0 : CursorWriter.valueOf(rest.charAt(0));
        int digits = rest.length() - 1;
        if (width < 1 || width > CursorWriter.MAX_WIDTH || digits < width || digits % width != 0) {
            return Optional.empty();
        }
        long[] next = new long[digits / width];
        if (next.length > MAX_PARTITIONS) {
            return Optional.empty();
        }
        for (int p = 0; p < next.length; p++) {
            long value = 0;
            for (int i = 0; i < width; i++) {
                int digit = CursorWriter.valueOf(rest.charAt(1 + p * width + i));
                if (digit < 0) {
                    return Optional.empty();
                }
                value = value << 6 | digit;
            }
            next[p] = value;
        }
        return Optional.of(new Cursor.Everywhere(mark, Positions.of(next)));
    }

    private static Optional<Cursor> readInPartition(String mark, String rest) {
        int dash = rest.indexOf('-');
        if (dash < 1 || !isNumber(rest.substring(0, dash), 4) || !isNumber(rest.substring(dash + 1), 18)) {
            return Optional.empty();
        }
        int partition = Integer.parseInt(rest.substring(0, dash));
        return partition >= MAX_PARTITIONS
                ? Optional.empty()
                : Optional.of(new Cursor.InPartition(mark, partition, Long.parseLong(rest.substring(dash + 1))));
    }

    private static boolean isNumber(String text, int maxDigits) {
        return !text.isEmpty()
                && text.length() <= maxDigits
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
    }
}
