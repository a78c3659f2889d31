// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that any number of streams get: put together once, in memory that a socket takes without copying, and framed
 * once as a chunk of HTTP/1.1 (RFC 9112, section 7.1). A stream over anything else takes them bare. Used on one event
 * loop; who made it closes it, and the memory is given back when the last stream has sent it.
 */
public final class SharedBytes implements AutoCloseable {
    /** Eight hexadecimal digits and a line's end. */
    private static final int HEAD = 10;

    private static final int LINE_END = '\r' << 8 | '\n';

    private final ByteBuf chunk;
    private final int length;
    private @Nullable Buffer bare;

    private SharedBytes(ByteBuf chunk, int length) {
        this.chunk = chunk;
        this.length = length;
    }

    /**
     * Takes what is written.
     *
     * @param estimate of its bytes; it may be wrong
     */
    public static SharedBytes of(int estimate, Consumer<ByteBuf> writer) {
        ByteBuf chunk = ByteBufAllocator.DEFAULT.directBuffer(HEAD + estimate + 2);
        chunk.writerIndex(HEAD);
        writer.accept(chunk);
        int length = chunk.writerIndex() - HEAD;
        byte[] digits = Integer.toHexString(length).getBytes(StandardCharsets.US_ASCII);
        int start = HEAD - 2 - digits.length;
        chunk.setBytes(start, digits).setShort(HEAD - 2, LINE_END);
        chunk.writeShort(LINE_END).readerIndex(start);
        return new SharedBytes(chunk, length);
    }

    /** The same for bytes that are there. */
    public static SharedBytes of(byte[] bytes) {
        return of(bytes.length, out -> out.writeBytes(bytes));
    }

    /** How many there are, without the framing. An empty chunk would end a stream: it must not be sent. */
    public int length() {
        return length;
    }

    /** As a chunk of HTTP/1.1; whoever takes it releases it, as writing to a channel does. */
    public ByteBuf asChunk() {
        // A slice, because it has no room behind its end: TLS appends to a buffer that has, and this one is
        // everybody's.
        return chunk.retainedSlice();
    }

    /** Without framing. */
    public Buffer bare() {
        Buffer known = bare;
        if (known == null) {
            byte[] bytes = new byte[length];
            chunk.getBytes(HEAD, bytes);
            known = Buffer.buffer(bytes);
            bare = known;
        }
        return known;
    }

    @Override
    public void close() {
        chunk.release();
    }
}
