// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.render.PullLine.Status;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.PullView;
import dev.pullcast.testkit.FoldCases;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Numbers that a terminal shows. */
class TrueNumbersTest {
    static List<FoldCases.Case> cases() {
        return FoldCases.all();
    }

    /** The gateway's own test holds the view to the same events. */
    @ParameterizedTest
    @MethodSource("cases")
    void eventsShowTheSameAsTheViewThatASnapshotHas(FoldCases.Case one) {
        Board live = new Board();
        one.asRecords().forEach(live::accept);
        Board joined = new Board();
        joined.accept(job(one.asView()));
        PullLine shown = live.lines().getFirst();
        PullLine read = joined.lines().getFirst();
        assertThat(read.status()).isEqualTo(shown.status());
        assertThat(read.progress()).isEqualTo(shown.progress());
        assertThat(read.layers()).isEqualTo(shown.layers());
    }

    @Test
    void theTotalIsByBytesAndSaysSo() {
        Board board = new Board();
        board.accept(succeeded("small", 10_000_000L));
        for (String image : List.of("one", "two")) {
            board.accept(Samples.progress(image, 25, 34_000_000, 127_000_000L, 1));
        }
        assertThat((int) board.overall().percent()).isEqualTo(29);
        assertThat(LiveFrame.of(
                        board.lines(),
                        board.overall(),
                        new Screen(new Size(100, 24), Look.PLAIN, false),
                        Samples.START))
                .last()
                .asString()
                .contains("1/3", "29%", "78.0/264 MB");
    }

    @Test
    void aPullOfUnknownSizeIsUnknownEverywhere() {
        Board board = new Board();
        board.accept(Samples.started("alpine"));
        board.accept(new PullEvent.Progress(Samples.origin("w1", "alpine", 3, 1), 0, null, 40, 2, 5, null, null));
        Screen screen = new Screen(new Size(120, 24), Look.PLAIN, false);
        assertThat(LiveFrame.of(board.lines(), board.overall(), screen, Samples.START))
                .allMatch(line -> line.contains("unknown"))
                .noneMatch(line -> line.contains("0 B"));
        board.accept(succeeded("alpine", null));
        assertThat(board.lines().getFirst().status())
                .isInstanceOfSatisfying(
                        Status.Succeeded.class,
                        s -> assertThat(s.bytesDownloaded()).isNull());
        assertThat(String.join("\n", LiveFrame.of(board.lines(), board.overall(), screen, Samples.START)))
                .contains("size unknown")
                .doesNotContain("0 B");
        assertThat(String.join("\n", ResultTable.of(board.lines(), 120, Look.PLAIN)))
                .contains("unknown")
                .doesNotContain("0 B");
    }

    private static PullEvent succeeded(String image, @Nullable Long bytes) {
        return new PullEvent.Succeeded(Samples.origin("w1", image, 9, 4), "sha256:aa", null, bytes, 0, 2, 1, 2, 3);
    }

    private static JobView job(PullView pull) {
        return new JobView(
                "j",
                JobView.State.RUNNING,
                null,
                Map.of(),
                Samples.START,
                null,
                null,
                List.of(),
                List.of("w"),
                pull.percent(),
                pull.bytesCurrent(),
                pull.bytesTotal(),
                0,
                0,
                0,
                0,
                List.of(),
                null,
                null,
                List.of(pull),
                null);
    }
}
