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
            long[] next = LongStream.generate(() -> random.nextLong(1L << (1 + random.nextInt(58))))
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
        long[] twelve = new long[12];
        Arrays.fill(twelve, (1L << 60) - 1);
        assertThat(new Cursor.Everywhere(MARK, Positions.of(twelve)).text()).hasSizeLessThanOrEqualTo(129);
        long[] many = new long[64];
        Arrays.fill(many, (1L << 42) - 1);
        assertThat(new Cursor.Everywhere(MARK, Positions.of(many)).text()).hasSizeLessThanOrEqualTo(512);
        assertThat(new Cursor.InPartition(MARK, 63, Long.MAX_VALUE / 10).text()).hasSizeLessThanOrEqualTo(128);
    }

    @Test
    void has_no_character_that_makes_a_cross_origin_header_unsafe() {
        Random random = new Random(2);
        for (int i = 0; i < 500; i++) {
            Positions positions = Positions.of(random.longs(12, 0, 1L << 50).toArray());
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
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1-",
                "2-abcdea1AB",
                "1-ABCDEa1AB",
                "1-abcdex1AB",
                "1-abcdea",
                "1-abcdeaA",
                "1-abcdeaB",
                "1-abcdeaCA",
                "1-abcdeaCAAA",
                "1-abcdeaBA\n",
                "1-abcdeaB=",
                "1-abcdep",
                "1-abcdep1",
                "1-abcdep1-",
                "1-abcdep-1",
                "1-abcdep01-1",
                "1-abcdep1-01",
                "1-abcdep1--1",
                "1-abcdep1-9999999999999999999",
                "1-abcdep1024-1",
                "1-abcdeaLAAAAAAAAAAA"
            })
    void is_refused_when_no_gateway_ever_wrote_it(String text) {
        assertThat(Cursor.parse(text)).isEmpty();
    }

    @Test
    void knows_its_cluster() {
        assertThat(Cursor.markOf("a")).hasSize(5).isEqualTo(Cursor.markOf("a")).isNotEqualTo(Cursor.markOf("b"));
    }
}
