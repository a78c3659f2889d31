// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Understands what {@code docker pull} writes to something that is no terminal: one line per change of a layer's phase,
 * without bytes.
 *
 * <pre>
 * 3: Pulling from library/alpine
 * 0123456789ab: Pulling fs layer
 * 0123456789ab: Retrying in 5 seconds
 * 0123456789ab: Pull complete
 * Digest: sha256:…
 * Status: Downloaded newer image for alpine:3
 * </pre>
 *
 * <p>Errors are not here: the command writes them to its standard error. Any chunking gives the same messages; a line
 * longer than {@value #MAX_LINE} bytes is cut there. Not synchronised.
 */
public final class PlainOutputDecoder {
    private static final int MAX_LINE = 16 * 1024;

    private static final Pattern LAYER = Pattern.compile("([0-9a-f]{12}): (.+)");
    private static final Pattern PULLING_FROM = Pattern.compile("(\\S+): (Pulling from \\S+)");
    /** Where the command was made to write for a terminal, a bar follows; its rounded figures are no bytes. */
    private static final Pattern BAR = Pattern.compile("(Downloading|Extracting)\\s.*");

    private final Consumer<EngineMessage> messages;
    private final MessageBuilder builder = new MessageBuilder();
    private final byte[] line = new byte[MAX_LINE];
    private int length;

    /** A decoder at the beginning of the command's output. */
    public PlainOutputDecoder(Consumer<EngineMessage> messages) {
        this.messages = messages;
    }

    /** Takes the next piece of output. */
    public void feed(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                end();
            } else if (length < MAX_LINE) {
                line[length++] = bytes[i];
            }
        }
    }

    /** The output has ended; a last line without a line break counts. */
    public void end() {
        String text = new String(line, 0, length, StandardCharsets.UTF_8).strip();
        length = 0;
        if (!text.isEmpty()) {
            messages.accept(understand(text));
        }
    }

    private EngineMessage understand(String text) {
        builder.clear();
        Matcher first = PULLING_FROM.matcher(text);
        Matcher layer = LAYER.matcher(text);
        if (first.matches()) {
            builder.id = first.group(1);
            builder.status = first.group(2);
        } else if (layer.matches()) {
            builder.id = layer.group(1);
            builder.hasProgressDetail = true;
            Matcher bar = BAR.matcher(layer.group(2));
            builder.status = bar.matches() ? bar.group(1) : layer.group(2);
        } else {
            builder.status = text;
        }
        return builder.build();
    }
}
