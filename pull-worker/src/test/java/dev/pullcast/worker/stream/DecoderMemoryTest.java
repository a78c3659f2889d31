// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An engine that is broken or hostile costs one pull, not the worker. */
class DecoderMemoryTest {
    private static final long SENT = 64L << 20;

    private long messages;
    private final EngineMessageDecoder decoder = new EngineMessageDecoder(_ -> messages++);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"status\":\"|y",
                "{\"error\":\"|\\u0041",
                "{\"|y",
                "{\"a\":|1",
                "{\"a\":[|1,",
                "{\"a\":|[",
                "{\"a\":[|{},",
                "{\"a\":0.|1",
                "{\"a\":1|` `",
                "` `|` `",
                "{\"status\":\"|😀"
            })
    void anEndlessMessageFailsWithinTheBound(String begin, String pattern) throws DecodeException {
        byte[] first = begin.getBytes(StandardCharsets.UTF_8);
        decoder.feed(first, 0, first.length);
        byte[] block = pattern.repeat(4096).getBytes(StandardCharsets.UTF_8);
        long fed = 0;
        String failure = "";
        while (failure.isEmpty() && fed < SENT) {
            try {
                decoder.feed(block, 0, block.length);
            } catch (DecodeException e) {
                failure = String.valueOf(e.getMessage());
            }
            fed += block.length;
        }
        assertThat(failure).startsWith("the engine's stream ").hasSizeLessThan(800);
        assertThat(fed).isLessThanOrEqualTo(EngineMessageDecoder.MAX_UNCUT_BYTES + 2L * block.length);
        assertThat(messages).isZero();
    }

    @Test
    void anEndlessMessageInOneArrayFailsToo() {
        byte[] bytes = ("{\"a\":\"" + "y".repeat((int) SENT)).getBytes(StandardCharsets.UTF_8);
        String failure = "";
        try {
            decoder.feed(bytes, 0, bytes.length);
        } catch (DecodeException e) {
            failure = String.valueOf(e.getMessage());
        }
        assertThat(failure).startsWith("the engine's stream ").hasSizeLessThan(800);
    }

    @Test
    void longStreamsOfEverNewNamesKeepNothing() throws DecodeException {
        List<EngineMessageDecoder> decoders = Stream.generate(() -> new EngineMessageDecoder(_ -> messages++))
                .limit(20)
                .toList();
        int each = 30_500;
        feedNewNames(decoders.getFirst(), each);
        long before = usedHeap();
        for (EngineMessageDecoder next : decoders) {
            feedNewNames(next, each);
        }
        long kept = usedHeap() - before;
        assertThat(messages).isEqualTo((decoders.size() + 1L) * each);
        // All names would be 58 MB; what other tests left behind in this JVM moves by little.
        assertThat(kept).isLessThan(10L << 20);
    }

    private static void feedNewNames(EngineMessageDecoder decoder, int count) throws DecodeException {
        for (int i = 0; i < count; i++) {
            String unique = Integer.toString(i, 36);
            byte[] bytes =
                    "{\"name-%s-x\":{\"n%s\":1}}".formatted(unique, unique).getBytes(StandardCharsets.UTF_8);
            decoder.feed(bytes, 0, bytes.length);
        }
    }

    @Test
    void aMessageJustWithinTheBoundIsRead() throws DecodeException {
        String item = "\"" + "y".repeat(97) + "\",";
        int items = EngineMessageDecoder.MAX_MESSAGE_BYTES / item.length() - 1;
        byte[] bytes = ("{\"a\":[" + item.repeat(items) + "1]}").getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 3; round++) {
            decoder.feed(bytes, 0, bytes.length);
        }
        decoder.end();
        assertThat(messages).isEqualTo(3);
    }

    /** What is reachable: the serial collector leaves some garbage where it is in three of four collections. */
    private static long usedHeap() {
        return LongStream.generate(() -> {
                    System.gc();
                    return Runtime.getRuntime().totalMemory()
                            - Runtime.getRuntime().freeMemory();
                })
                .limit(4)
                .min()
                .orElseThrow();
    }
}
