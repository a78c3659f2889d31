// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveFrameTest {
    private static final Look UNICODE = new Look(false, true);

    @Test
    void at120ColumnsEverythingIsShown() {
        assertThat(frame(120, 24)).isEqualTo("""
                        alpine:3.20 ==================......................  45%  12.3/27.1 MB 5.20 MB/s  ETA 1:15    2/5 layers
                        nginx:1.27  ================================........  82%  70.1/70.1 MB unpacking              2/5 layers
                        postgres:17 + pulled 27.1 MB in 3.2 s
                        redis:7     + already present
                        busybox     trying again in 9 s: network
                        nope:1      x not-found: manifest for nope:1 not found: manifest unknown
                        mysql:9     queued
                        3 of 7 done =================.......................  44%        110 MB 10.4 MB/s""");
    }

    @Test
    void at80ColumnsTimeLeftAndLayersAreLeftOut() {
        assertThat(frame(80, 24)).isEqualTo("""
                        alpine:3.20 =================......................  45%  12.3/27.1 MB 5.20 MB/s
                        nginx:1.27  ===============================........  82%  70.1/70.1 MB unpacking
                        postgres:17 + pulled 27.1 MB in 3.2 s
                        redis:7     + already present
                        busybox     trying again in 9 s: network
                        nope:1      x not-found: manifest for nope:1 not found: manifest unknown
                        mysql:9     queued
                        3 of 7 done =================......................  44%        110 MB 10.4 MB/s""");
    }

    @Test
    void at40ColumnsABarAndAPercentageAreLeft() {
        assertThat(frame(40, 24)).isEqualTo("""
                        alpine:3.20 ==========.............  45%
                        nginx:1.27  ==================.....  82%
                        postgres:17 + pulled 27.1 MB in 3.2 s
                        redis:7     + already present
                        busybox     trying again in 9 s: network
                        nope:1      x not-found: manifest for n~
                        mysql:9     queued
                        3 of 7 done ==========.............  44%""");
    }

    @Test
    void inALowTerminalRunningAndFailedPullsAreShownAndTheRestIsCounted() {
        assertThat(frame(60, 7)).isEqualTo("""
                        alpine:3.20 =============................  45%  12.3/27.1 MB
                        nginx:1.27  =======================......  82%  70.1/70.1 MB
                        busybox     trying again in 9 s: network
                        nope:1      x not-found: manifest for nope:1 not found: man~
                        ~ and 3 more, 2 of them done
                        3 of 7 done ============.................  44%        110 MB""");
    }

    @Test
    void unicodeBarsAndColoursAreUsedWhereTheyAreAllowed() {
        Board board = new Board();
        board.accept(Samples.started("alpine"));
        board.accept(Samples.progress("alpine", 50, 1_000, 2_000L, 1));
        assertThat(LiveFrame.of(
                        board.lines(),
                        board.overall(),
                        new Screen(new Size(40, 24), new Look(true, true), false),
                        Samples.START.plusSeconds(3)))
                .first()
                .isEqualTo("alpine     \033[36m━━━━━━━━━━━━\033[0m\033[2m────────────\033[0m  50%");
    }

    @Test
    void theTimeLeftOfAllIsToldWhenItIsKnownOfEach() {
        Board board = new Board();
        board.accept(Samples.started("alpine"));
        board.accept(Samples.progress("alpine", 50, 52_000_000, 104_000_000L, 1));
        assertThat(lines(board, new Size(100, 24), Look.PLAIN))
                .last()
                .asString()
                .isEqualTo(
                        "0/1        ====================....................  50%   52.0/104 MB 5.20 MB/s  ETA 0:10");
    }

    @Test
    void layersStandBelowTheirPullWhereThatIsAskedForAndThereIsRoom() {
        assertThat(withLayers(new Size(80, 24))).isEqualTo("""
                        alpine     ====================....................  50%  1.00/2.00 MB 5.20 MB/s
                          aaaaaaaaaaaa ============............ downloading 0.50/1.00 MB
                          bbbbbbbbbbbb extracting
                          cccccccccccc complete
                          dddddddddddd waiting
                        nginx      queued
                        0/2        ==========..............................  25%       1.00 MB 5.20 MB/s""");
        assertThat(withLayers(new Size(40, 7))).isEqualTo("""
                        alpine     ============............  50%
                          aaaaaaaaaaaa downloading 0.50/1.00 MB
                          ~ and 3 more layers
                        nginx      queued
                        0/2        ======..................  25%""");
        assertThat(withLayers(new Size(40, 5)).lines()).hasSize(3);
    }

    private static String withLayers(Size size) {
        Board board = new Board();
        board.accept(Samples.started("alpine"));
        board.accept(new PullEvent.Layer(
                Samples.origin("w1", "alpine", 3, 1),
                "aaaaaaaaaaaa",
                LayerPhase.DOWNLOADING,
                500_000L,
                1_000_000L,
                null));
        board.accept(Samples.layer("alpine", "bbbbbbbbbbbb", LayerPhase.EXTRACTING));
        board.accept(Samples.layer("alpine", "cccccccccccc", LayerPhase.COMPLETE));
        board.accept(Samples.layer("alpine", "dddddddddddd", LayerPhase.WAITING));
        board.accept(Samples.progress("alpine", 50, 1_000_000, 2_000_000L, 1));
        board.accept(Samples.queued("nginx"));
        return String.join(
                "\n", LiveFrame.of(board.lines(), board.overall(), new Screen(size, Look.PLAIN, true), Samples.START));
    }

    @Test
    void beforeAnyPullIsKnownItSaysWhatIsWaitedFor() {
        assertThat(lines(new Board(), new Size(60, 24), UNICODE)).containsExactly("waiting for the job to be taken");
        assertThat(lines(new Board(), new Size(12, 24), UNICODE)).containsExactly("waiting for…");
    }

    @Test
    void aCountThatDoesNotFitIsShortened() {
        Board board = new Board();
        for (int i = 0; i < 12; i++) {
            board.accept(Samples.skipped("image" + i));
        }
        assertThat(lines(board, new Size(60, 24), Look.PLAIN)).last().asString().startsWith("12/12 ");
    }

    @Test
    void theWorkerIsNamedWhereThereAreSeveral() {
        Board board = new Board();
        board.accept(new PullEvent.Queued(Samples.origin("east", "alpine", 1, 0)));
        board.accept(new PullEvent.Queued(Samples.origin("west", "alpine", 1, 0)));
        assertThat(lines(board, new Size(60, 24), UNICODE)).startsWith("east alpine queued", "west alpine queued");
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 30, 40, 50, 59, 60, 61, 77, 78, 79, 91, 92, 105, 106, 120, 200})
    void noLineIsWiderThanTheTerminal(int width) {
        assertThat(lines(Samples.everyState(), new Size(width, 24), UNICODE))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
    }

    private static String frame(int width, int height) {
        return String.join("\n", lines(Samples.everyState(), new Size(width, height), Look.PLAIN));
    }

    private static List<String> lines(Board board, Size size, Look look) {
        return LiveFrame.of(
                board.lines(), board.overall(), new Screen(size, look, false), Samples.START.plusSeconds(3));
    }
}
