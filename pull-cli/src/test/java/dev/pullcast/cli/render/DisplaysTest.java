// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.LayerPhase;
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
                    Display.of(Display.Output.AUTO, pipe, false),
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

                            IMAGE   RESULT  DOWNLOADED  CACHED      TIME   DIGEST
                            """).doesNotContain("\033");
        }

        @Test
        void progressIsToldAtMostEveryTwoSeconds() throws InterruptedException {
            play(
                    Display.of(Display.Output.AUTO, pipe, false),
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
            assertThat(terminalOf(Map.of("TERM", "dumb"), "Linux").live()).isFalse();
            assertThat(terminalOf(Map.of(), "Linux").live()).isFalse();
            assertThat(terminalOf(Map.of("TERM", "xterm"), "Linux").live()).isTrue();
        }

        @Test
        void aBuildServersTerminalIsNone() {
            assertThat(terminalOf(Map.of("TERM", "xterm", "CI", "true"), "Linux")
                            .live())
                    .isFalse();
            assertThat(terminalOf(Map.of("TERM", "xterm", "CI", "false"), "Linux")
                            .live())
                    .isTrue();
        }

        @Test
        void aWindowsConsoleGetsControlSequencesOnlyWhereItIsKnownToDrawThem() {
            assertThat(terminalOf(Map.of(), "Windows 11").live()).isFalse();
            assertThat(terminalOf(Map.of("WT_SESSION", "1"), "Windows 11").live())
                    .isTrue();
            assertThat(terminalOf(Map.of("TERM", "xterm-256color"), "Windows 11")
                            .live())
                    .isTrue();
            assertThat(terminalOf(Map.of("WT_SESSION", "1"), "Windows 11")
                            .look()
                            .unicode())
                    .isFalse();
        }

        @Test
        void layersAreToldOnceForEachPhaseWhereThatIsAskedFor() throws InterruptedException {
            play(
                    Display.of(Display.Output.PLAIN, pipe, true),
                    Samples.started("alpine"),
                    Samples.layer("alpine", "aaaaaaaaaaaa", LayerPhase.DOWNLOADING),
                    Samples.layer("alpine", "aaaaaaaaaaaa", LayerPhase.DOWNLOADING),
                    Samples.layer("alpine", "aaaaaaaaaaaa", LayerPhase.COMPLETE));
            assertThat(out.toString()).startsWith("""
                            alpine: pulling
                            alpine: layer aaaaaaaaaaaa downloading
                            alpine: layer aaaaaaaaaaaa complete

                            """);
        }
    }

    @Nested
    class WhereAGitHubRunnerReads {
        private final Terminal runner = terminal(false, Map.of("LANG", "C", "GITHUB_ACTIONS", "true"));

        @Test
        void linesAreAGroupAndEachFailureAnAnnotation() throws InterruptedException {
            play(
                    Display.of(Display.Output.AUTO, runner, false),
                    Samples.started("alpine"),
                    Samples.succeeded("alpine"),
                    Samples.failed("nope"));
            assertThat(out.toString()).isEqualTo("""
                            ::group::pullcast: pulling
                            alpine: pulling
                            alpine: pulled 27.1 MB in 3.2 s
                            nope: failed: not-found: manifest for nope not found: manifest unknown
                            ::endgroup::

                            IMAGE   RESULT             DOWNLOADED  CACHED      TIME   DIGEST
                            alpine  pulled             27.1 MB     1/5 layers  3.2 s  0123456789ab
                            nope    failed: not-found                          0.0 s

                            nope: not-found
                              manifest for nope not found: manifest unknown
                              Check the repository and the tag for typing errors; a private repository also answers like this without a login.
                            ::error title=cannot pull nope::not-found: manifest for nope not found: manifest unknown%0ACheck the repository and the tag for typing errors; a private repository also answers like this without a login.
                            """);
        }

        @Test
        void nothingThatComesFromOutsideIsACommandToIt() throws InterruptedException {
            play(Display.of(Display.Output.AUTO, runner, false), Samples.queued("  ::set-env name=a::b"));
            play(Display.of(Display.Output.AUTO, runner, false), Samples.queued("x##[add-mask]y"));
            assertThat(out.toString().lines().filter(line -> line.strip().startsWith("::")))
                    .containsExactly(
                            "::group::pullcast: pulling", "::endgroup::", "::group::pullcast: pulling", "::endgroup::");
            assertThat(out.toString()).doesNotContain("##[");
        }

        @Test
        void whatACommandSaysIsEscapedAsTheRunnerUnescapesIt() {
            assertThat(Workflow.error("a:b,c%", "100 %\r\nnext: line"))
                    .isEqualTo("::error title=a%3Ab%2Cc%25::100 %25%0D%0Anext: line");
        }
    }

    @Nested
    class OnATerminal {
        @Test
        void theFrameIsRedrawnInPlaceAndGivesWayToTheTable() throws InterruptedException {
            play(
                    Display.of(Display.Output.AUTO, terminal(true, Map.of("LANG", "C", "NO_COLOR", "1")), false),
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
            Display display =
                    Display.of(Display.Output.AUTO, terminal(true, Map.of("LANG", "C", "NO_COLOR", "1")), false);
            display.tick(new Board(), Samples.START);
            assertThat(out.toString()).contains("\033[Kwaiting for the job to be taken\n");
        }

        @Test
        void itIsDrawnAtMostTenTimesASecond() {
            Display display = Display.of(Display.Output.AUTO, terminal(true, Map.of()), false);
            Board board = new Board();
            board.accept(Samples.queued("alpine"));
            for (int millis = 0; millis < 1_000; millis += 10) {
                display.tick(board, Samples.START.plusMillis(millis));
            }
            assertThat(out.toString().split("queued", -1)).hasSize(11);
        }

        @Test
        void whatANarrowedWindowHasBrokenIsTakenAwayAsAWhole() {
            int[] width = {60};
            Terminal shrinking = new Terminal(
                    new PrintWriter(out), new PrintWriter(err), true, false, Look.PLAIN, () -> new Size(width[0], 24));
            Canvas canvas = new Canvas(shrinking);
            List<String> picture = List.of("x".repeat(60), "y".repeat(10));
            canvas.draw(Samples.START, _ -> picture);
            width[0] = 20;
            out.getBuffer().setLength(0);
            canvas.draw(Samples.START.plusSeconds(1), _ -> List.of("narrow"));
            // three rows of x, one of y
            assertThat(out.toString()).contains("\033[4A\r\033[J\033[Knarrow\n");
        }

        @Test
        void noColorIsHonoured() {
            assertThat(Look.of(Map.of("NO_COLOR", "1", "LANG", "de_DE.UTF-8"), true))
                    .isEqualTo(new Look(false, true));
            assertThat(Look.of(Map.of("CLICOLOR", "0"), true).color()).isFalse();
            assertThat(Look.of(Map.of("TERM", "dumb"), true).color()).isFalse();
            assertThat(Look.of(Map.of("CLICOLOR", "1", "TERM", "xterm"), true).color())
                    .isTrue();
            assertThat(Look.of(Map.of("CLICOLOR", "1", "TERM", "xterm"), false).color())
                    .isFalse();
            assertThat(Look.of(Map.of("LANG", "de_DE.UTF-8"), true)).isEqualTo(new Look(true, true));
        }
    }

    @Nested
    class ForPrograms {
        @Test
        void jsonIsOneEventOfTheContractALine() throws InterruptedException {
            List<PullEvent> events = List.of(Samples.started("alpine"), Samples.succeeded("alpine"));
            play(Display.of(Display.Output.JSON, terminal(true, Map.of()), false), events.toArray(PullEvent[]::new));
            assertThat(out.toString()
                            .lines()
                            .map(line -> ContractJson.readEvent(line.getBytes(StandardCharsets.UTF_8))))
                    .isEqualTo(events);
        }

        @Test
        void quietTellsWhatIsThereAndOnStandardErrorWhatIsNot() throws InterruptedException {
            play(
                    Display.of(Display.Output.QUIET, terminal(true, Map.of()), false),
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
                    feed,
                    Display.of(Display.Output.PLAIN, terminal(false, Map.of()), false),
                    InstantSource.fixed(now),
                    new Board());
            assertThat(result.problem()).isEqualTo("gateway gone");
            assertThat(result.board().isDone()).isFalse();
            assertThat(err.toString()).isEqualTo("connection lost\n");
            assertThat(out.toString()).contains("not finished");
        }
    }

    private Terminal terminal(boolean live, Map<String, String> environment) {
        return new Terminal(
                new PrintWriter(out),
                new PrintWriter(err),
                live,
                environment.containsKey("GITHUB_ACTIONS"),
                Look.of(environment, live),
                () -> new Size(60, 24));
    }

    private Terminal terminalOf(Map<String, String> environment, String system) {
        return Terminal.of(new PrintWriter(out), new PrintWriter(err), true, environment, system);
    }

    private void play(Display display, PullEvent... events) throws InterruptedException {
        LinkedBlockingQueue<Feed> feed = new LinkedBlockingQueue<>();
        for (PullEvent event : events) {
            feed.add(new Feed.Event(event));
        }
        feed.add(new Feed.End(null));
        // Each look at the clock is a tick later, as in the real loop.
        Show.run(feed, display, () -> now = now.plusMillis(Display.TICK_MILLIS), new Board());
    }
}
