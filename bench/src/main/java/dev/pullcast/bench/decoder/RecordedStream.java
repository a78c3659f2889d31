// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.decoder;

import dev.pullcast.testkit.Recording;
import dev.pullcast.testkit.Recordings;
import java.io.InputStream;
import java.util.Objects;

/** What a real engine wrote during one pull, again and again, up to about a megabyte; cut as a socket would cut it. */
final class RecordedStream {
    private static final int LENGTH = 1 << 20;

    private final byte[] body;
    /** At where a piece begins, where it ends: looking for ends is no part of what is measured. */
    private final int[] ends;

    private final int messages;

    /** @param piece bytes at once; 0 for one message at once, which is how engines write */
    RecordedStream(String recording, int piece) {
        Recording recorded = Recordings.load(recording);
        byte[] once = recorded.body().toArray();
        int times = Math.ceilDiv(LENGTH, once.length);
        this.body = new byte[times * once.length];
        for (int i = 0; i < times; i++) {
            System.arraycopy(once, 0, body, i * once.length, once.length);
        }
        this.ends = new int[body.length];
        for (int from = 0; from < body.length; from = ends[from]) {
            ends[from] = piece > 0 ? Math.min(from + piece, body.length) : endOfLine(from);
        }
        this.messages =
                times * Math.toIntExact(recorded.body().toString().lines().count());
    }

    byte[] body() {
        return body;
    }

    int messages() {
        return messages;
    }

    private int endOfLine(int from) {
        int at = from;
        while (body[at] != '\n') {
            at++;
        }
        return at + 1;
    }

    /** Where the piece ends that begins here. */
    int endOfPiece(int from) {
        return ends[from];
    }

    /** Gives one piece a read, if there is room. */
    InputStream open() {
        return new InputStream() {
            private int at;
            private int end;

            @Override
            public int read() {
                return at == body.length ? -1 : body[at++] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                Objects.checkFromIndexSize(offset, length, into.length);
                if (at == body.length) {
                    return -1;
                }
                end = at < end ? end : endOfPiece(at);
                int count = Math.min(length, end - at);
                System.arraycopy(body, at, into, offset, count);
                at += count;
                return count;
            }
        };
    }
}
