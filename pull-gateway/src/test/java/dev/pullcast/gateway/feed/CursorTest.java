// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {
    private static final String MARK = Cursor.markOf("MkU3OEVBNTcwNTJENDM2Qg");

    @Test
    void comes_back_as_it_was_written_whatever_the_positions() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            long[] next = LongStream.generate(() -> random.nextLong(Long.MAX_VALUE >>> random.nextInt(62)))
                    .limit(1 + random.nextInt(64))
                    .toArray();
            Cursor cursor = new Cursor.Everywhere(MARK, Positions.of(next));
            assertThat(Cursor.parse(cursor.text())).contains(cursor);
            Cursor one = new Cursor.InPartition(MARK, random.nextInt(64), next[0]);
            assertThat(Cursor.parse(one.text())).contains(one);
        }
    }

    @Test
    void fits_128_bytes_for_12_partitions_and_512_for_64() {
        assertThat(longest(12, 60)).isEqualTo(128);
        assertThat(longest(64, 42)).isLessThanOrEqualTo(512);
        assertThat(new Cursor.InPartition(MARK, 1023, Long.MAX_VALUE - 1).text())
                .hasSizeLessThanOrEqualTo(40);
    }

    /** Length of the id when every offset is the last one of so many bits. */
    private static int longest(int partitions, int bits) {
        long[] next = new long[partitions];
        Arrays.fill(next, (1L << bits) - 1);
        return new Cursor.Everywhere(MARK, Positions.of(next)).text().length();
    }

    @Test
    void is_longer_but_right_for_offsets_that_nobody_has_seen() {
        long[] next = new long[12];
        Arrays.fill(next, Long.MAX_VALUE - 1);
        Cursor cursor = new Cursor.Everywhere(MARK, Positions.of(next));
        assertThat(cursor.text()).hasSize(140);
        assertThat(Cursor.parse(cursor.text())).contains(cursor);
    }

    @Test
    void has_no_character_that_makes_a_cross_origin_header_unsafe() {
        Random random = new Random(2);
        for (int i = 0; i < 500; i++) {
            Positions positions =
                    Positions.of(random.longs(12, 0, Long.MAX_VALUE).toArray());
            assertThat(new Cursor.Everywhere(Cursor.markOf("c" + i), positions).text())
                    .matches("[A-Za-z0-9_-]+");
        }
    }

    @Test
    void advances_one_partition_as_if_it_had_been_written_anew() {
        CursorWriter writer = new CursorWriter(MARK, Positions.of(0, 62, 4095));
        long[] next = {0, 62, 4095};
        Random random = new Random(3);
        for (int i = 0; i < 3_000; i++) {
            int partition = random.nextInt(3);
            next[partition] += random.nextInt(1 << random.nextInt(20));
            writer.advance(partition, next[partition]);
            assertThat(new String(writer.bytes(), StandardCharsets.US_ASCII))
                    .isEqualTo(new Cursor.Everywhere(MARK, Positions.of(next)).text());
        }
        writer.advance(0, 1);
        assertThat(writer.position(0)).isEqualTo(next[0]);
        writer.jump(0, 7);
        assertThat(Cursor.parse(new String(writer.bytes(), StandardCharsets.US_ASCII)))
                .contains(new Cursor.Everywhere(MARK, Positions.of(7, next[1], next[2])));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1-",
                "2-abcdeaAB",
                "1-ABCDEaAB",
                "1-abcdexAB",
                "1-abcdea",
                "1-abcdeb",
                "1-abcdebA",
                "1-abcdebAAA",
                "1-abcde`AA",
                "1-abcdelAAAAAAAAAAAA",
                "1-abcdeaA\n",
                "1-abcdea=",
                "1-abcdekIAAAAAAAAAA",
                "1-abcdekH__________",
                "1-abcdep",
                "1-abcdep1",
                "1-abcdep1-",
                "1-abcdep-1",
                "1-abcdep01-1",
                "1-abcdep1-01",
                "1-abcdep1--1",
                "1-abcdep1-9999999999999999999",
                "1-abcdep1-9223372036854775807",
                "1-abcdep1024-1"
            })
    void is_refused_when_no_gateway_ever_wrote_it(String text) {
        assertThat(Cursor.parse(text)).isEmpty();
    }

    @Test
    void knows_its_cluster() {
        assertThat(Cursor.markOf("a")).hasSize(5).isEqualTo(Cursor.markOf("a")).isNotEqualTo(Cursor.markOf("b"));
    }
}
