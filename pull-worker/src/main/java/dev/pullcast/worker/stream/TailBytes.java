// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import java.util.Arrays;

/** Remembers the last bytes of a stream, for the message when it breaks. */
final class TailBytes {
    private static final int SIZE = 120;

    private final byte[] bytes = new byte[SIZE];
    private int length;

    void add(byte[] source, int from, int to) {
        int added = Math.min(to - from, SIZE);
        int kept = Math.min(length, SIZE - added);
        System.arraycopy(bytes, length - kept, bytes, 0, kept);
        System.arraycopy(source, to - added, bytes, kept, added);
        length = kept + added;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }
}
