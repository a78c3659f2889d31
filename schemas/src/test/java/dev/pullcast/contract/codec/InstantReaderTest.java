// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstantReaderTest {
    @Test
    void whatAnInstantIsWrittenAsIsReadAsTheSame() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            long second = random.nextLong(-62_135_596_800L, 253_402_300_800L); // years 1 to 9999
            int nano = (int) (random.nextLong(1_000_000_000) / (long) Math.pow(10, random.nextInt(10)));
            Instant instant = Instant.ofEpochSecond(second, nano);
            assertThat(InstantReader.read(instant.toString()))
                    .as(instant.toString())
                    .isEqualTo(instant);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-01-31T12:00:00Z", "2026-01-31T12:00:00.1Z", "2024-02-29T23:59:59.123456789Z"})
    void timesOfOurFormAreReadByIt(String text) {
        assertThat(InstantReader.read(text)).isEqualTo(Instant.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-01-31T12:00:00+01:00",
                "2026-01-31T12:00:00.Z",
                "2026-01-31T12:00:00.1234567891Z",
                "2026-02-29T12:00:00Z",
                "2026-13-01T12:00:00Z",
                "2026-01-31T24:00:00Z",
                "2026-01-31T12:60:00Z",
                "2026-01-31T12:00:60Z",
                "2026-01-31t12:00:00Z",
                "2026-01-31T12:00Z",
                "2026-01-31T12:00:0xZ",
                "2026-01-3aT12:00:00Z",
                "+12026-01-31T12:00:00Z",
                "Z",
                ""
            })
    void anythingElseIsLeftToTheGeneralWay(String text) {
        assertThat(InstantReader.read(text)).isNull();
    }

    @Test
    void anOffsetIsUnderstoodAllTheSame() {
        String text = "2026-01-31T12:00:00+01:00";
        assertThat(ContractJson.mapper().readValue('"' + text + '"', Instant.class))
                .isEqualTo(OffsetDateTime.parse(text).toInstant());
    }
}
