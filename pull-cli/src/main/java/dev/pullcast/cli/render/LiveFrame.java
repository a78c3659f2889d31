// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.cli.render.PullLine.Progress;
import dev.pullcast.cli.render.PullLine.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The picture of a running job: a line for each pull with its layers folded into it, and one for all. Layers get lines of
 * their own where that is asked for and there is room. A pure function; columns are left out from the right as the
 * terminal gets narrower, and no line is wider than it.
 */
public final class LiveFrame {
    private static final int LEAST_NAME = 10;
    private static final int LEAST_BAR = 6;
    private static final int WIDEST_BAR = 40;

    /** A column right of the bar, shown from this width of the terminal on. */
    private enum Column {
        PERCENT(0, 4),
        BYTES(60, 13),
        SPEED(78, 9),
        ETA(92, 9),
        LAYERS(106, 13);

        private final int fromWidth;
        private final int width;

        Column(int fromWidth, int width) {
            this.fromWidth = fromWidth;
            this.width = width;
        }
    }

    private final Screen screen;
    private final Size size;
    private final Look look;
    private final Instant now;
    private final int nameWidth;
    private final boolean manyWorkers;

    private LiveFrame(Screen screen, Instant now, List<PullLine> lines) {
        this.screen = screen;
        this.size = screen.size();
        this.look = screen.look();
        this.now = now;
        this.manyWorkers = Names.manyWorkers(lines);
        int longest = lines.stream()
                .mapToInt(line -> Names.of(line, manyWorkers).length())
                .max()
                .orElse(0);
        this.nameWidth = Math.min(Math.max(longest, LEAST_NAME), Math.max(LEAST_NAME, size.width() * 2 / 5));
    }

    /**
     * The lines to show.
     *
     * @param lines the pulls
     * @param overall of all of them
     * @param screen to draw for; more pulls than it has room for are summed up in one line
     * @param now for countdowns and times, UTC
     */
    public static List<String> of(List<PullLine> lines, Overall overall, Screen screen, Instant now) {
        Look look = screen.look();
        if (lines.isEmpty()) {
            return List.of(look.faint(
                    Text.cut("waiting for the job to be taken", screen.size().width(), look)));
        }
        LiveFrame frame = new LiveFrame(screen, now, lines);
        List<String> result = frame.rows(lines, Math.max(1, screen.size().height() - 3));
        result.add(frame.total(lines, overall));
        return result;
    }

    /** One line for each pull, and one for what there is no room for. */
    static List<String> rowsOf(List<PullLine> lines, int room, Screen screen, Instant now) {
        return new LiveFrame(screen, now, lines).rows(lines, room);
    }

    private List<String> rows(List<PullLine> lines, int room) {
        List<String> result = new ArrayList<>();
        List<PullLine> shown = lines.size() <= room ? lines : mostInteresting(lines, room);
        int left = room - shown.size();
        for (PullLine line : shown) {
            result.add(row(line));
            if (screen.layers()
                    && left > 0
                    && line.status() instanceof Status.Running
                    && !line.layers().isEmpty()) {
                List<String> layers = LayerRows.of(line, left, screen);
                result.addAll(layers);
                left -= layers.size();
            }
        }
        if (shown.size() < lines.size()) {
            result.add(rest(lines, shown));
        }
        return result;
    }

    private static List<PullLine> mostInteresting(List<PullLine> lines, int room) {
        List<PullLine> byInterest = new ArrayList<>();
        lines.stream().filter(l -> l.status() instanceof Status.Running).forEach(byInterest::add);
        lines.stream().filter(l -> l.status() instanceof Status.Retrying).forEach(byInterest::add);
        lines.stream().filter(l -> l.status() instanceof Status.Failed).forEach(byInterest::add);
        lines.stream().filter(l -> !byInterest.contains(l)).forEach(byInterest::add);
        List<PullLine> chosen = byInterest.subList(0, room);
        return lines.stream().filter(chosen::contains).toList();
    }

    private String rest(List<PullLine> lines, List<PullLine> shown) {
        List<PullLine> hidden =
                lines.stream().filter(line -> !shown.contains(line)).toList();
        long done = hidden.stream().filter(PullLine::isDone).count();
        String text = look.ellipsis() + " and " + hidden.size() + " more, " + done + " of them done";
        return look.faint(Text.cut(text, size.width(), look));
    }

    private String row(PullLine line) {
        String name = Text.padRight(Text.cutStart(Names.of(line, manyWorkers), nameWidth, look), nameWidth);
        int room = size.width() - nameWidth - 1;
        return name
                + ' '
                + switch (line.status()) {
                    case Status.Pending _ -> look.faint(Text.cut("waiting for its worker", room, look));
                    case Status.Queued _ -> look.faint(Text.cut("queued", room, look));
                    case Status.Running _ -> running(line, room);
                    case Status.Retrying r -> look.warning(Text.cut(retrying(r), room, look));
                    case Status.Succeeded s ->
                        look.good(Text.cut(look.tick() + ' ' + s.pulled() + Names.took(line), room, look));
                    case Status.Skipped _ -> look.good(Text.cut(look.tick() + " already present", room, look));
                    case Status.Failed f ->
                        look.bad(Text.cut(
                                look.cross() + ' ' + f.reason().wireName() + ": " + Text.oneLine(f.message()),
                                room,
                                look));
                    case Status.Cancelled c ->
                        look.warning(Text.cut(look.cross() + " cancelled: " + Text.oneLine(c.message()), room, look));
                };
    }

    private String retrying(Status.Retrying retrying) {
        String why = retrying.reason() == null ? "" : ": " + retrying.reason().wireName();
        if (retrying.notBefore() == null) {
            return "trying again soon" + why;
        }
        long seconds = Math.max(0, Duration.between(now, retrying.notBefore()).toSeconds());
        return "trying again in " + seconds + " s" + why;
    }

    private String running(PullLine line, int room) {
        return bar(line.progress().percent(), room, columns(line.progress(), line.isExtracting()));
    }

    private List<String> columns(Progress progress, boolean extracting) {
        List<String> columns = new ArrayList<>();
        for (Column column : Column.values()) {
            if (size.width() >= column.fromWidth) {
                columns.add(Text.padLeft(valueOf(column, progress, extracting), column.width));
            }
        }
        return columns;
    }

    private static String valueOf(Column column, Progress p, boolean extracting) {
        return switch (column) {
            case PERCENT -> (int) p.percent() + "%";
            case BYTES -> p.bytes();
            case SPEED ->
                extracting ? "unpacking" : p.bytesPerSecond() == null ? "" : Text.bytes(p.bytesPerSecond()) + "/s";
            case ETA -> p.etaSeconds() == null || extracting ? "" : "ETA " + Text.clock(p.etaSeconds());
            case LAYERS -> p.layersTotal() == 0 ? "" : p.layersDone() + "/" + p.layersTotal() + " layers";
        };
    }

    private String bar(double percent, int room, List<String> columns) {
        String right = String.join(" ", columns);
        int width = Math.min(WIDEST_BAR, room - right.length() - 1);
        if (width < LEAST_BAR) {
            return Text.cut(right, room, look);
        }
        return look.paintedBar(percent, width) + ' ' + right.stripTrailing();
    }

    private String total(List<PullLine> lines, Overall overall) {
        long done = lines.stream().filter(PullLine::isDone).count();
        long speed = lines.stream()
                .filter(line -> line.status() instanceof Status.Running)
                .mapToLong(line -> {
                    Long perSecond = line.progress().bytesPerSecond();
                    return perSecond == null ? 0 : perSecond;
                })
                .sum();
        List<String> columns =
                new ArrayList<>(List.of(Text.padLeft((int) overall.percent() + "%", Column.PERCENT.width)));
        if (size.width() >= Column.BYTES.fromWidth) {
            columns.add(Text.padLeft(overall.bytes(), Column.BYTES.width));
        }
        if (size.width() >= Column.SPEED.fromWidth) {
            columns.add(Text.padLeft(speed == 0 ? "" : Text.bytes(speed) + "/s", Column.SPEED.width));
        }
        if (size.width() >= Column.ETA.fromWidth) {
            long left = bytesLeft(lines);
            String eta = speed == 0 || left < 0 ? "" : "ETA " + Text.clock(left / speed);
            columns.add(Text.padLeft(eta, Column.ETA.width));
        }
        String full = done + " of " + lines.size() + " done";
        String name = full.length() <= nameWidth ? full : Text.cut(done + "/" + lines.size(), nameWidth, look);
        return Text.padRight(name, nameWidth) + ' ' + bar(overall.percent(), size.width() - nameWidth - 1, columns);
    }

    /** Of all pulls; -1 while that is not known of any of them. */
    private static long bytesLeft(List<PullLine> lines) {
        long left = 0;
        for (PullLine line : lines) {
            Long total = line.progress().bytesTotal();
            if (!line.isDone() && total == null) {
                return -1;
            }
            left += line.isDone() || total == null
                    ? 0
                    : Math.max(0, total - line.progress().bytesCurrent());
        }
        return left;
    }
}
