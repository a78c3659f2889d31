// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DisplaysTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Instant now = Samples.START;

    @Nested
    class WhereNothingCanBeRedrawn {
        private final Terminal pipe = terminal(false, Map.of("LANG", "C"));

        @Test
        void aLineTellsEachChangeAndATableTheEnd() throws InterruptedException {
            play(
                    Display.of(Display.Output.AUTO, pipe),
                    Samples.queued("alpine"),
                    Samples.started("alpine"),
                    Samples.retrying("alpine"),
                    Samples.started("alpine"),
                    Samples.succeeded("alpine"));
            assertThat(out.toString()).startsWith("""
                            alpine: queued
                            alpine: pulling
                            alpine: failed for now (network), will try again
                            alpine: pulling
                            alpine: pulled 27.1 MB in 3.2 s

                            IMAGE   RESULT  DOWNLOADED  CACHED  TIME   DIGEST
                            """).doesNotContain("\033");
        }

        @Test
        void progressIsToldAtMostEveryTwoSeconds() throws InterruptedException {
            play(
                    Display.of(Display.Output.AUTO, pipe),
                    Samples.started("alpine"),
                    Samples.progress("alpine", 10, 100, 1_000L, 1),
                    Samples.progress("alpine", 20, 200, 1_000L, 2),
                    Samples.progress("alpine", 30, 300, 1_000L, 2.6),
                    Samples.progress("alpine", 40, 400, 1_000L, 3),
                    Samples.progress("alpine", 50, 500, 1_000L, 5));
            assertThat(out.toString()).startsWith("""
                            alpine: pulling
                            alpine: 30%, 0.30/1.00 kB, 5.20 MB/s
                            alpine: 50%, 0.50/1.00 kB, 5.20 MB/s
                            """);
        }

        @Test
        void aDumbTerminalIsNoTerminal() {
            Terminal dumb = Terminal.of(new PrintWriter(out), new PrintWriter(err), true, Map.of("TERM", "dumb"));
            assertThat(dumb.live()).isFalse();
        }
    }

    @Nested
    class OnATerminal {
        @Test
        void theFrameIsRedrawnInPlaceAndGivesWayToTheTable() throws InterruptedException {
            play(
                    Display.of(Display.Output.AUTO, terminal(true, Map.of("LANG", "C", "NO_COLOR", "1"))),
                    Samples.started("alpine"),
                    Samples.progress("alpine", 50, 500, 1_000L, 1));
            String text = out.toString();
            assertThat(text).contains("alpine").contains("50%").contains("\033[2A\r");
            assertThat(text.substring(text.lastIndexOf("\033[J")))
                    .contains("IMAGE")
                    .endsWith("\033[?7h\033[?25h");
        }

        @Test
        void aLineIsClearedBeforeItIsWrittenSoThatItsLastColumnStays() {
            Display display = Display.of(Display.Output.AUTO, terminal(true, Map.of("LANG", "C", "NO_COLOR", "1")));
            display.tick(new Board(), Samples.START);
            assertThat(out.toString()).contains("\033[Kwaiting for the job to be taken\n");
        }

        @Test
        void itIsDrawnAtMostTenTimesASecond() {
            Display display = Display.of(Display.Output.AUTO, terminal(true, Map.of()));
            Board board = new Board();
            board.accept(Samples.queued("alpine"));
            for (int millis = 0; millis < 1_000; millis += 10) {
                display.tick(board, Samples.START.plusMillis(millis));
            }
            assertThat(out.toString().split("queued", -1)).hasSize(11);
        }

        @Test
        void noColorIsHonoured() {
            assertThat(Look.of(Map.of("NO_COLOR", "1", "LANG", "de_DE.UTF-8"), true))
                    .isEqualTo(new Look(false, true));
            assertThat(Look.of(Map.of("LANG", "de_DE.UTF-8"), true)).isEqualTo(new Look(true, true));
        }
    }

    @Nested
    class ForPrograms {
        @Test
        void jsonIsOneEventOfTheContractALine() throws InterruptedException {
            List<PullEvent> events = List.of(Samples.started("alpine"), Samples.succeeded("alpine"));
            play(Display.of(Display.Output.JSON, terminal(true, Map.of())), events.toArray(PullEvent[]::new));
            assertThat(out.toString()
                            .lines()
                            .map(line -> ContractJson.readEvent(line.getBytes(StandardCharsets.UTF_8))))
                    .isEqualTo(events);
        }

        @Test
        void quietTellsWhatIsThereAndOnStandardErrorWhatIsNot() throws InterruptedException {
            play(
                    Display.of(Display.Output.QUIET, terminal(true, Map.of())),
                    Samples.succeeded("alpine"),
                    Samples.failed("nope"),
                    Samples.queued("late"));
            assertThat(out.toString()).isEqualTo("alpine\n");
            assertThat(err.toString()).startsWith("nope: not-found: manifest").endsWith("late: not pulled\n");
        }
    }

    @Nested
    class WhenTheFeedEndsEarly {
        @Test
        void theProblemIsPartOfTheResult() throws InterruptedException {
            LinkedBlockingQueue<Feed> feed = new LinkedBlockingQueue<>();
            feed.add(new Feed.Event(Samples.queued("alpine")));
            feed.add(new Feed.Note("connection lost"));
            feed.add(new Feed.End("gateway gone"));
            Show.Result result = Show.run(
                    feed, Display.of(Display.Output.PLAIN, terminal(false, Map.of())), InstantSource.fixed(now));
            assertThat(result.problem()).isEqualTo("gateway gone");
            assertThat(result.board().isDone()).isFalse();
            assertThat(err.toString()).isEqualTo("connection lost\n");
            assertThat(out.toString()).contains("not finished");
        }
    }

    private Terminal terminal(boolean live, Map<String, String> environment) {
        return new Terminal(
                new PrintWriter(out), new PrintWriter(err), live, Look.of(environment, live), () -> new Size(60, 24));
    }

    private void play(Display display, PullEvent... events) throws InterruptedException {
        LinkedBlockingQueue<Feed> feed = new LinkedBlockingQueue<>();
        for (PullEvent event : events) {
            feed.add(new Feed.Event(event));
        }
        feed.add(new Feed.End(null));
        // Each look at the clock is a tick later, as in the real loop.
        Show.run(feed, display, () -> now = now.plusMillis(Display.TICK_MILLIS));
    }
}
