// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.nio.charset.StandardCharsets;

/** Writes the cursor of a firehose again and again as positions advance. Owned by one thread. */
public final class CursorWriter {
    /** Enough for 63 bits. */
    static final int MAX_WIDTH = 11;

    private static final byte[] DIGITS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(StandardCharsets.US_ASCII);

    private final String cluster;
    private final long[] next;
    private int width = 1;
    private byte[] text;

    /** Starts there. */
    public CursorWriter(String cluster, Positions positions) {
        this.cluster = cluster;
        this.next = positions.toArray();
        for (long position : next) {
            width = Math.max(width, widthOf(position));
        }
        this.text = write();
    }

    /** The value of a base64url digit, or -1. */
    static int valueOf(char digit) {
        if (digit >= 'A' && digit <= 'Z') {
            return digit - 'A';
        }
        if (digit >= 'a' && digit <= 'z') {
            return digit - 'a' + 26;
        }
        if (digit >= '0' && digit <= '9') {
            return digit - '0' + 52;
        }
        return digit == '-' ? 62 : digit == '_' ? 63 : -1;
    }

    /** Moves one partition on; a position that is not later changes nothing. */
    public void advance(int partition, long position) {
        if (position <= next[partition]) {
            return;
        }
        next[partition] = position;
        if (widthOf(position) > width) {
            width = widthOf(position);
            text = write();
        } else {
            patch(text, partition);
        }
    }

    /** Moves one partition anywhere, be it back. */
    void jump(int partition, long position) {
        next[partition] = position;
        width = Math.max(width, widthOf(position));
        text = write();
    }

    /** Where it is. */
    public Positions positions() {
        return Positions.of(next);
    }

    /** The next offset to read of one partition. */
    public long position(int partition) {
        return next[partition];
    }

    /** The cursor as ASCII; a copy. */
    public byte[] bytes() {
        return text.clone();
    }

    private byte[] write() {
        byte[] head = (Cursor.VERSION + "-" + cluster + (char) ('a' + width - 1)).getBytes(StandardCharsets.US_ASCII);
        byte[] result = new byte[head.length + width * next.length];
        System.arraycopy(head, 0, result, 0, head.length);
        for (int p = 0; p < next.length; p++) {
            patch(result, p);
        }
        return result;
    }

    private void patch(byte[] target, int partition) {
        long value = next[partition];
        int start = CursorReader.HEAD_LENGTH + partition * width;
        for (int i = start + width - 1; i >= start; i--) {
            target[i] = DIGITS[(int) (value & 63)];
            value >>>= 6;
        }
    }

    private static int widthOf(long position) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, position));
        return (bits + 5) / 6;
    }
}
