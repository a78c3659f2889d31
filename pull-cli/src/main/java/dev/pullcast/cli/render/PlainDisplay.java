// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.cli.render.PullLine.Status;
import dev.pullcast.contract.event.PullEvent;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A line for each change of a pull, and one about its progress at most every two seconds; then the table. */
final class PlainDisplay implements Display {
    private static final int PROGRESS_SECONDS = 2;
    private static final int TABLE_WIDTH = 200;

    private final PrintWriter out;
    private final PrintWriter err;
    private final Look look;
    private final Map<PullLine.Key, Said> said = new HashMap<>();

    private record Said(Class<?> status, int percent, Instant at) {}

    PlainDisplay(Terminal terminal) {
        this.out = terminal.out();
        this.err = terminal.err();
        this.look = new Look(false, terminal.look().unicode());
    }

    @Override
    public void event(PullEvent event, Board board) {
        tick(board, event.at());
    }

    @Override
    public void tick(Board board, Instant now) {
        List<PullLine> lines = board.lines();
        boolean manyWorkers = Names.manyWorkers(lines);
        for (PullLine line : lines) {
            Said before = said.get(line.key());
            textOf(line, before, now).ifPresent(text -> {
                out.println(Names.of(line, manyWorkers) + ": " + text);
                said.put(
                        line.key(),
                        new Said(line.status().getClass(), (int) line.progress().percent(), now));
            });
        }
        out.flush();
    }

    @Override
    public void note(String text) {
        err.println(text);
        err.flush();
    }

    @Override
    public void end(Board board, Instant now) {
        tick(board, now);
        out.println();
        ResultTable.of(board.lines(), TABLE_WIDTH, look).forEach(out::println);
        out.flush();
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
            case Status.Succeeded s ->
                changed
                        ? Optional.of("pulled " + Text.bytes(s.bytesDownloaded()) + Names.took(line))
                        : Optional.empty();
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
        StringBuilder text = new StringBuilder((int) p.percent() + "%, ");
        text.append(
                p.bytesTotal() == null ? Text.bytes(p.bytesCurrent()) : Text.bytesOf(p.bytesCurrent(), p.bytesTotal()));
        if (p.bytesPerSecond() != null && !line.isExtracting()) {
            text.append(", ").append(Text.bytes(p.bytesPerSecond())).append("/s");
        }
        return text.append(line.isExtracting() ? ", unpacking" : "").toString();
    }
}
