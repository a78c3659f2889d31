// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.gateway.door.UnreadBytes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A snapshot as an event, encoded once for all streams that begin with the same one, in pieces that each stream is
 * written at its own pace. Its bytes count as unread until the last holder has released it. Used on one event loop.
 */
final class SharedSnapshot {
    private static final int PIECE = 32 * 1024;

    private final List<SharedBytes> pieces;
    private final UnreadBytes unread;
    private final long bytes;
    private int holders = 1;

    private SharedSnapshot(List<SharedBytes> pieces, UnreadBytes unread) {
        this.pieces = pieces;
        this.unread = unread;
        this.bytes = pieces.stream().mapToLong(SharedBytes::length).sum();
        unread.change(bytes);
    }

    /**
     * Encodes a snapshot; the caller is its first holder.
     *
     * @param id cursor of the moment
     */
    static SharedSnapshot of(String id, Snapshot snapshot, UnreadBytes unread) {
        Pieces out = new Pieces();
        boolean whole = false;
        try (out) {
            out.write(("id: " + id + "\nevent: snapshot\ndata: ").getBytes(StandardCharsets.US_ASCII));
            ContractJson.mapper().writeValue(out, snapshot);
            out.write("\n\n".getBytes(StandardCharsets.US_ASCII));
            whole = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!whole) {
                out.done.forEach(SharedBytes::close);
            }
        }
        return new SharedSnapshot(out.done, unread);
    }

    /** Cuts what is written into pieces. */
    private static final class Pieces extends OutputStream {
        private final List<SharedBytes> done = new ArrayList<>();
        private final byte[] piece = new byte[PIECE];
        private int length;

        @Override
        public void write(int one) {
            if (length == PIECE) {
                flushPiece();
            }
            piece[length++] = (byte) one;
        }

        @Override
        public void write(byte[] source, int from, int count) {
            int at = from;
            int left = count;
            while (left > 0) {
                if (length == PIECE) {
                    flushPiece();
                }
                int now = Math.min(left, PIECE - length);
                System.arraycopy(source, at, piece, length, now);
                length += now;
                at += now;
                left -= now;
            }
        }

        private void flushPiece() {
            int now = length;
            if (now > 0) {
                done.add(SharedBytes.of(now, out -> out.writeBytes(piece, 0, now)));
                length = 0;
            }
        }

        /** The mapper closes it, before the event's end is written. */
        @Override
        public void close() {
            flushPiece();
        }
    }

    /** One more holds it. */
    SharedSnapshot retain() {
        holders++;
        return this;
    }

    /** One holder needs it no longer. */
    void release() {
        if (--holders == 0) {
            pieces.forEach(SharedBytes::close);
            unread.change(-bytes);
        }
    }

    int size() {
        return pieces.size();
    }

    SharedBytes piece(int index) {
        return pieces.get(index);
    }
}
