// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.event.LayerPhase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Lines for the layers of one running pull, below its own. A pure function. */
final class LayerRows {
    private static final int NAME = 14;
    private static final int BAR = 24;
    private static final int BAR_FROM_WIDTH = 70;

    private LayerRows() {}

    /**
     * At most {@code room} lines; those that move come first, what is left out is counted.
     *
     * @param room lines, at least 1
     */
    static List<String> of(PullLine line, int room, Screen screen) {
        List<Map.Entry<String, PullLine.Layer>> layers =
                new ArrayList<>(line.layers().entrySet());
        if (layers.size() > room) {
            layers.sort((a, b) -> Boolean.compare(isAtRest(a), isAtRest(b)));
        }
        int shown = layers.size() <= room ? layers.size() : room - 1;
        List<String> rows = new ArrayList<>();
        layers.subList(0, shown).forEach(layer -> rows.add(row(layer.getKey(), layer.getValue(), screen)));
        if (shown < layers.size()) {
            String rest = "  " + screen.look().ellipsis() + " and " + (layers.size() - shown) + " more layers";
            rows.add(screen.look().faint(Text.cut(rest, screen.size().width(), screen.look())));
        }
        return rows;
    }

    private static boolean isAtRest(Map.Entry<String, PullLine.Layer> layer) {
        LayerPhase phase = layer.getValue().phase();
        return phase.isFinal() || phase == LayerPhase.WAITING;
    }

    private static String row(String name, PullLine.Layer layer, Screen screen) {
        StringBuilder text = new StringBuilder(Text.padRight("  " + Text.oneLine(name), NAME)).append(' ');
        Long current = layer.current();
        Long total = layer.total();
        String phase = layer.phase().name().toLowerCase(Locale.ROOT);
        if (current == null || total == null || total == 0 || layer.phase().isFinal()) {
            text.append(phase);
        } else {
            if (screen.size().width() >= BAR_FROM_WIDTH) {
                text.append(screen.look().bar(100.0 * current / total, BAR)).append(' ');
            }
            text.append(Text.padRight(phase, "downloading".length()))
                    .append(' ')
                    .append(Text.bytesOf(current, total));
        }
        String cut = Text.cut(text.toString(), screen.size().width(), screen.look());
        return screen.look().faint(cut);
    }
}
