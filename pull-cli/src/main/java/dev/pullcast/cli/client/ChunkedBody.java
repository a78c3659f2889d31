// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** A body in chunks (RFC 9112, section 7.1); trailers are read and dropped. */
final class ChunkedBody extends InputStream {
    private final InputStream in;
    private long left;
    private boolean first = true;
    private boolean ended;

    ChunkedBody(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0 && !nextChunk()) {
            return -1;
        }
        int count = in.read(target, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("the connection ended in the middle of a body");
        }
        left -= count;
        return count;
    }

    private boolean nextChunk() throws IOException {
        if (ended) {
            return false;
        }
        if (!first && !HttpExchange.line(in).isEmpty()) {
            throw new IOException("a chunk does not end where it should");
        }
        first = false;
        String line = HttpExchange.line(in);
        int semicolon = line.indexOf(';');
        String size = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
        if (!size.matches("[0-9a-fA-F]{1,15}")) {
            throw new IOException("not the size of a chunk: '" + size.substring(0, Math.min(40, size.length())) + "'");
        }
        left = Long.parseLong(size, 16);
        if (left > 0) {
            return true;
        }
        ended = true;
        while (!HttpExchange.line(in).isEmpty()) {
            // a trailer
        }
        return false;
    }
}
