// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The last lines of a terminal, redrawn in place at most ten times a second. Lines are written with the terminal's own
 * wrapping off, so that a line which is too wide stays one line; and when the window gets narrower, terminals break what
 * was drawn before, which is counted in. Owned by one thread, but for {@link #restore}.
 */
final class Canvas {
    private static final String HIDE_CURSOR = "\033[?25l";
    private static final String SHOW_CURSOR = "\033[?25h";
    private static final String WRAP_OFF = "\033[?7l";
    private static final String WRAP_ON = "\033[?7h";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";
    private static final Pattern COLOUR = Pattern.compile("\033\\[[0-9;]*m");
    private static final long RESIZE_CHECK_MILLIS = 400;

    private final Terminal terminal;
    private final PrintWriter out;
    private final Thread onExit = new Thread(this::restore);
    private List<String> drawn = List.of();
    private Size size = Size.DEFAULT;
    private Instant sizeAskedAt = Instant.MIN;
    private Instant drawnAt = Instant.MIN;

    Canvas(Terminal terminal) {
        this.terminal = terminal;
        this.out = terminal.out();
        // Also after Ctrl-C the terminal has its cursor.
        Runtime.getRuntime().addShutdownHook(onExit);
    }

    /** Draws what the picture gives for the terminal's size, unless the last time was too shortly before. */
    void draw(Instant now, Function<Size, List<String>> picture) {
        if (now.isBefore(drawnAt.plusMillis(drawnAt.equals(Instant.MIN) ? 0 : Display.TICK_MILLIS))) {
            return;
        }
        drawnAt = now;
        StringBuilder text = new StringBuilder(HIDE_CURSOR).append(WRAP_OFF);
        if (sizeAskedAt.equals(Instant.MIN) || !now.isBefore(sizeAskedAt.plusMillis(RESIZE_CHECK_MILLIS))) {
            Size before = size;
            size = terminal.size().get();
            sizeAskedAt = now;
            if (size.width() < before.width() && !drawn.isEmpty()) {
                text.append(up(rowsAt(size.width()))).append(CLEAR_BELOW);
                drawn = List.of();
            }
        }
        List<String> frame = picture.apply(size);
        text.append(up(drawn.size()));
        // Cleared first: after a line as wide as the terminal, the clearing would take its last character.
        frame.forEach(line -> text.append(CLEAR_LINE).append(line).append('\n'));
        out.print(text.append(CLEAR_BELOW));
        out.flush();
        drawn = frame;
    }

    /** Writes a line above the picture, which is drawn again below it. */
    void print(String text) {
        erase();
        out.println(text);
        out.flush();
    }

    /** Takes the picture away, writes these lines instead and gives the terminal back. */
    void end(List<String> lines) {
        erase();
        out.print(WRAP_ON);
        lines.forEach(out::println);
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // The process ends already; the hook writes the same once more.
        }
    }

    private void erase() {
        out.print(up(drawn.size()) + CLEAR_BELOW);
        drawn = List.of();
    }

    private void restore() {
        out.print(WRAP_ON + SHOW_CURSOR);
        out.flush();
    }

    private int rowsAt(int width) {
        return drawn.stream()
                .mapToInt(line -> {
                    int length = COLOUR.matcher(line).replaceAll("").length();
                    return Math.max(1, (length + width - 1) / width);
                })
                .sum();
    }

    private static String up(int lines) {
        return lines == 0 ? "" : "\033[" + lines + "A\r";
    }
}
