// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.00 kB",
        "9994, 9.99 kB",
        "9995, 10.0 kB",
        "27123456, 27.1 MB",
        "999400000, 999 MB",
        "999600000, 1.00 GB",
        "12345678901, 12.3 GB"
    })
    void bytesHaveThreeDigitsAndADecimalUnit(long bytes, String text) {
        assertThat(Text.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void aPairOfBytesHasOneUnit() {
        assertThat(Text.bytesOf(400, 27_123_456)).isEqualTo("0.00/27.1 MB");
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0 s", "3249, 3.2 s", "12900, 12 s", "65000, 1:05", "3605000, 1:00:05", "-5, 0.0 s"})
    void durationsAreShort(long millis, String text) {
        assertThat(Text.duration(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @Test
    void namesLoseTheirStartAndTextsTheirEnd() {
        assertThat(Text.cutStart("registry.example/team/app:1.2", 10, Look.PLAIN))
                .isEqualTo("~m/app:1.2");
        assertThat(Text.cut("manifest unknown", 10, Look.PLAIN)).isEqualTo("manifest ~");
        assertThat(Text.cut("short", 10, Look.PLAIN)).isEqualTo("short");
        assertThat(Text.cut("abc", 0, Look.PLAIN)).isEmpty();
    }

    @Test
    void aMessageCannotMoveTheCursor() {
        assertThat(Text.oneLine("a\033[2Jb\r\nc")).isEqualTo("a [2Jb c");
        assertThat(Text.oneLine("a\u009b2J\u0085b\u202ec\u2067d\u2028e\ud800f\u200bg\udbff"))
                .isEqualTo("a 2J b c d e f g");
        assertThat(Text.oneLine("größe 日本 😀 é")).isEqualTo("größe 日本 😀 é");
    }

    @Test
    void aMessageOnStandardErrorCannotEither() {
        StringWriter written = new StringWriter();
        PrintWriter err = new PrintWriter(new SafeWriter(written), true);
        err.println("pullcast: a\033]0;title\007\u009b\u202e\tb 😀\ud83d");
        assertThat(written).hasToString("pullcast: a?]0;title???\tb 😀?" + System.lineSeparator());
    }

    @Test
    void aWorkflowCommandIsOneLineOfVisibleText() {
        assertThat(Workflow.error("a\u009b,b", "x\u202ey\n\033z")).isEqualTo("::error title=a %2Cb::x y%0A z");
    }
}
