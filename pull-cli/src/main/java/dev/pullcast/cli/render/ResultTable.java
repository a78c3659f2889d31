// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.cli.render.PullLine.Status;
import dev.pullcast.contract.event.LayerPhase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a job came to: a row for each pull, then for each failure its reason and what can be done. A pure function;
 * the digest, the layers and the time are left out where the terminal is too narrow for them.
 */
public final class ResultTable {
    private static final List<String> HEAD = List.of("IMAGE", "RESULT", "DOWNLOADED", "CACHED", "TIME", "DIGEST");
    private static final List<Integer> DROPPED_FIRST = List.of(5, 3, 4, 2);
    private static final int LEAST_NAME = 12;

    private ResultTable() {}

    /** The lines, none wider than {@code width} except for hints and messages, which are wrapped by the terminal. */
    public static List<String> of(List<PullLine> lines, int width, Look look) {
        if (lines.isEmpty()) {
            return List.of();
        }
        boolean manyWorkers = Names.manyWorkers(lines);
        List<List<String>> rows = new ArrayList<>(List.of(HEAD));
        lines.forEach(line -> rows.add(cells(line, manyWorkers)));
        int[] widths = IntStream.range(0, HEAD.size())
                .map(c -> rows.stream().mapToInt(r -> r.get(c).length()).max().orElse(0))
                .toArray();
        fit(widths, width);

        List<String> result = new ArrayList<>();
        result.add(look.faint(row(HEAD, widths, look)));
        for (int i = 0; i < lines.size(); i++) {
            result.add(painted(lines.get(i), row(rows.get(i + 1), widths, look), look));
        }
        for (PullLine line : lines) {
            if (line.status() instanceof Status.Failed failed) {
                result.add("");
                result.add(look.bad(
                        Names.of(line, manyWorkers) + ": " + failed.reason().wireName()));
                result.add("  " + Text.oneLine(failed.message()));
                result.add("  " + Text.oneLine(failed.hint()));
            }
        }
        return result;
    }

    private static List<String> cells(PullLine line, boolean manyWorkers) {
        String name = Names.of(line, manyWorkers);
        String time = Names.time(line);
        return switch (line.status()) {
            case Status.Succeeded s ->
                List.of(name, "pulled", s.downloaded(), cached(line, s), time, digest(s.digest()));
            case Status.Skipped s -> List.of(name, "already present", "0 B", "", time, digest(s.digest()));
            case Status.Failed f -> List.of(name, "failed: " + f.reason().wireName(), "", "", time, "");
            case Status.Cancelled _ -> List.of(name, "cancelled", "", "", time, "");
            case Status.Pending _, Status.Queued _, Status.Running _, Status.Retrying _ ->
                List.of(name, "not finished", "", "", "", "");
        };
    }

    /** Layers, and bytes where all of their sizes are known: engines do not tell those of a layer that is there. */
    private static String cached(PullLine line, Status.Succeeded end) {
        String layers = end.layersCached() + "/" + (end.layersCached() + end.layersDownloaded()) + " layers";
        List<Long> sizes = line.layers().values().stream()
                .filter(layer -> layer.phase() == LayerPhase.CACHED)
                .map(PullLine.Layer::total)
                .filter(Objects::nonNull)
                .toList();
        return sizes.isEmpty() || sizes.size() < end.layersCached()
                ? layers
                : layers + ", "
                        + Text.bytes(sizes.stream().mapToLong(Long::longValue).sum());
    }

    private static String digest(@Nullable String digest) {
        return digest == null ? "" : Text.shortDigest(digest);
    }

    /** Sets the width of columns that do not fit to 0, and cuts names as the last means. */
    private static void fit(int[] widths, int width) {
        for (int column : DROPPED_FIRST) {
            if (total(widths) <= width) {
                return;
            }
            widths[column] = 0;
        }
        int tooMuch = total(widths) - width;
        if (tooMuch > 0) {
            widths[0] = Math.max(LEAST_NAME, widths[0] - tooMuch);
        }
    }

    private static int total(int[] widths) {
        int columns = (int) Arrays.stream(widths).filter(w -> w > 0).count();
        return Arrays.stream(widths).sum() + 2 * (columns - 1);
    }

    private static String row(List<String> cells, int[] widths, Look look) {
        StringBuilder row = new StringBuilder();
        for (int c = 0; c < widths.length; c++) {
            if (widths[c] > 0) {
                String cell = c == 0 ? Text.cutStart(cells.get(c), widths[c], look) : cells.get(c);
                row.append(row.isEmpty() ? "" : "  ").append(Text.padRight(cell, widths[c]));
            }
        }
        return row.toString().stripTrailing();
    }

    private static String painted(PullLine line, String row, Look look) {
        return line.isPresent() ? row : look.bad(row);
    }
}
