// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class PullLinesTest {
    private static final Instant START = Instant.parse("2026-03-04T05:06:07Z");

    private final PullLines lines = new PullLines(ZoneOffset.UTC);

    private static PullOrigin at(double seconds) {
        return new PullOrigin(
                "j", "w", "p", "i", "app:1", "docker.io/library/app:1", null, null, 1, 0, 1, START.plusMillis((long)
                        (seconds * 1000)));
    }

    private static PullEvent.Layer layer(double seconds, LayerPhase phase, long current) {
        return new PullEvent.Layer(at(seconds), "0123456789ab", phase, current, 40_000_000L, null);
    }

    @Test
    void aLayerHasABarOfFortyCells() {
        assertThat(lines.lineOf(layer(0, LayerPhase.DOWNLOADING, 10_000_000)))
                .isEqualTo("[2026-03-04 05:06:07] app:1: layer 0123456789ab [" + "#".repeat(10) + "-".repeat(30)
                        + "] downloading 10.0 MB of 40.0 MB");
    }

    @Test
    void aPullHasABarOfFiftyCells() {
        assertThat(lines.lineOf(new PullEvent.Progress(at(0), 20_000_000, 40_000_000L, 50, 1, 4, 2_500_000L, 8L)))
                .isEqualTo("[2026-03-04 05:06:07] app:1: [" + "#".repeat(25) + "-".repeat(25)
                        + "] 50.0 %, 20.0 MB of 40.0 MB, 2.5 MB/s");
    }

    @Test
    void bytesMakeAtMostOneLineInTwoSecondsAndPhasesAlwaysOne() {
        assertThat(lines.lineOf(layer(0, LayerPhase.DOWNLOADING, 1))).isNotNull();
        assertThat(lines.lineOf(layer(1.9, LayerPhase.DOWNLOADING, 2))).isNull();
        assertThat(lines.lineOf(layer(2, LayerPhase.DOWNLOADING, 3))).isNotNull();
        assertThat(lines.lineOf(layer(2.1, LayerPhase.VERIFYING, 3))).isNotNull();
    }

    @Test
    void nothingInAnEnginesWordsMovesACursorOrTurnsTheTextAround() {
        String unsafe = "\u001b[2J\u009b2J\u0085\u007f\u202e\u2066\u200b\u200f\ufeff\u2029\ud800";
        String line = lines.lineOf(
                new PullEvent.Failed(at(0), FailureReason.AUTH, false, 1, "denied" + unsafe + "x", "log\udc00 in"));
        assertThat(line).contains("denied [2J 2J         x", "log  in");
    }

    @Test
    void anEnginesWordsStayOnOneLine() {
        String line = lines.lineOf(
                new PullEvent.Failed(at(0), FailureReason.AUTH, false, 1, "errors:\r\ndenied\u2028x\u0000", "log in"));
        assertThat(line).contains("FAILED (auth)", "denied").doesNotContain("\n", "\r", "\u2028", "\u0000");
    }
}
