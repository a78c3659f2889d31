// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedBytesTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 255, 256, 4096, 70_000})
    void are_one_chunk_with_their_length_before_them(int length) {
        String text = "x".repeat(length);
        try (SharedBytes bytes = SharedBytes.of(text.getBytes(StandardCharsets.US_ASCII))) {
            ByteBuf chunk = bytes.asChunk();
            assertThat(chunk.toString(StandardCharsets.US_ASCII))
                    .isEqualTo(Integer.toHexString(length) + "\r\n" + text + "\r\n");
            assertThat(chunk.isWritable())
                    .as("nobody may append to what all have")
                    .isFalse();
            chunk.release();
            assertThat(bytes.bare().toString()).isEqualTo(text);
            assertThat(bytes.length()).isEqualTo(length);
        }
    }

    @Test
    void stay_until_the_last_stream_has_sent_them_and_no_longer() {
        SharedBytes bytes = SharedBytes.of(8, out -> out.writeBytes(new byte[] {'a', 'b'}));
        ByteBuf first = bytes.asChunk();
        ByteBuf second = bytes.asChunk();
        bytes.close();
        first.skipBytes(first.readableBytes());
        first.release();
        assertThat(second.toString(StandardCharsets.US_ASCII)).isEqualTo("2\r\nab\r\n");
        assertThat(second.release()).isTrue();
    }
}
