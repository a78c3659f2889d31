// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.cli.render.PullLine.Status;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line for each change of a pull, and one about its progress at most every two seconds; then the table. With layers, a
 * line for each change of a layer's phase, too. For a GitHub Actions runner the lines are a group, and each failure is an
 * annotation.
 */
final class PlainDisplay implements Display {
    private static final int PROGRESS_SECONDS = 2;
    private static final int TABLE_WIDTH = 200;

    private final PrintWriter out;
    private final PrintWriter err;
    private final Look look;
    private final boolean actions;
    private final boolean layers;
    private boolean begun;
    private Instant tickedAt = Instant.MIN;
    private final Map<PullLine.Key, Said> said = new HashMap<>();
    private final Map<String, LayerPhase> phases = new HashMap<>();

    private record Said(Class<?> status, int percent, Instant at) {}

    PlainDisplay(Terminal terminal, boolean layers) {
        this.out = terminal.out();
        this.err = terminal.err();
        this.actions = terminal.actions();
        this.layers = layers;
        this.look = new Look(false, terminal.look().unicode());
    }

    @Override
    public void event(PullEvent event, Board board) {
        if (event instanceof PullEvent.OfPull pull) {
            PullLine line = board.line(
                    new PullLine.Key(pull.origin().worker(), pull.origin().pull()));
            if (line != null) {
                tell(line, board.hasManyWorkers(), event.at());
            }
        }
        if (layers && event instanceof PullEvent.Layer layer) {
            layer(layer, board.hasManyWorkers());
        }
        out.flush();
    }

    private void layer(PullEvent.Layer event, boolean manyWorkers) {
        String worker = event.origin().worker();
        String key = worker + ' ' + event.origin().pull() + ' ' + event.layer();
        if (event.phase() != phases.put(key, event.phase())) {
            Long total = event.total();
            println((manyWorkers ? worker + ' ' : "") + event.origin().image() + ": layer " + event.layer() + ' '
                    + event.phase().name().toLowerCase(Locale.ROOT)
                    + (total == null ? "" : ", " + Text.bytes(total)));
        }
    }

    private void println(String line) {
        if (actions && !begun) {
            out.println(Workflow.group("pullcast: pulling"));
        }
        begun = true;
        String text = Text.oneLine(line);
        out.println(actions ? Workflow.text(text) : text);
    }

    /** What a snapshot brought, and progress that has become due. */
    @Override
    public void tick(Board board, Instant now) {
        if (tickedAt.equals(Instant.MIN) || !now.isBefore(tickedAt.plusMillis(TICK_MILLIS))) {
            tickedAt = now;
            tellAll(board, now);
        }
    }

    private void tellAll(Board board, Instant now) {
        board.lines().forEach(line -> tell(line, board.hasManyWorkers(), now));
        out.flush();
    }

    private void tell(PullLine line, boolean manyWorkers, Instant now) {
        textOf(line, said.get(line.key()), now).ifPresent(text -> {
            println(Names.of(line, manyWorkers) + ": " + text);
            said.put(
                    line.key(),
                    new Said(line.status().getClass(), (int) line.progress().percent(), now));
        });
    }

    @Override
    public void note(String text) {
        err.println(actions ? Workflow.warning(text) : text);
        err.flush();
    }

    @Override
    public void end(Board board, Instant now) {
        tellAll(board, now);
        if (actions && begun) {
            out.println(Workflow.endGroup());
        }
        if (!board.lines().isEmpty()) {
            out.println();
        }
        List<String> table = ResultTable.of(board.lines(), TABLE_WIDTH, look);
        table.forEach(line -> out.println(actions ? Workflow.text(line) : line));
        if (actions) {
            board.lines().stream()
                    .filter(line -> line.status() instanceof Status.Failed)
                    .forEach(line -> annotate(line, board.hasManyWorkers()));
        }
        out.flush();
    }

    private void annotate(PullLine line, boolean manyWorkers) {
        if (line.status() instanceof Status.Failed failed) {
            String title = "cannot pull " + Names.of(line, manyWorkers);
            out.println(
                    Workflow.error(title, failed.reason().wireName() + ": " + failed.message() + '\n' + failed.hint()));
        }
    }

    private static Optional<String> textOf(PullLine line, @Nullable Said before, Instant now) {
        boolean changed = before == null || before.status() != line.status().getClass();
        return switch (line.status()) {
            case Status.Pending _ -> Optional.empty();
            case Status.Queued _ -> changed ? Optional.of("queued") : Optional.empty();
            case Status.Running _ -> {
                if (changed) {
                    yield Optional.of("pulling");
                }
                boolean due = before != null
                        && !now.isBefore(before.at().plusSeconds(PROGRESS_SECONDS))
                        && (int) line.progress().percent() != before.percent();
                yield due ? Optional.of(progress(line)) : Optional.empty();
            }
            case Status.Retrying r ->
                changed
                        ? Optional.of("failed for now"
                                + (r.reason() == null ? "" : " (" + r.reason().wireName() + ")") + ", will try again")
                        : Optional.empty();
            case Status.Succeeded s -> changed ? Optional.of(s.pulled() + Names.took(line)) : Optional.empty();
            case Status.Skipped _ -> changed ? Optional.of("already present") : Optional.empty();
            case Status.Failed f ->
                changed
                        ? Optional.of("failed: " + f.reason().wireName() + ": " + Text.oneLine(f.message()))
                        : Optional.empty();
            case Status.Cancelled c ->
                changed ? Optional.of("cancelled: " + Text.oneLine(c.message())) : Optional.empty();
        };
    }

    private static String progress(PullLine line) {
        PullLine.Progress p = line.progress();
        StringBuilder text = new StringBuilder((int) p.percent() + "%, " + p.bytes());
        if (p.bytesPerSecond() != null && !line.isExtracting()) {
            text.append(", ").append(Text.bytes(p.bytesPerSecond())).append("/s");
        }
        return text.append(line.isExtracting() ? ", unpacking" : "").toString();
    }
}
