// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.text.VisibleText;
import java.io.IOException;
import java.io.Writer;

/**
 * Messages on their way to a terminal, whatever texts of strangers they repeat: unsafe characters
 * ({@link VisibleText#isUnsafe}) but line ends and tabs are written as {@code ?}. Not for output that draws.
 */
public final class SafeWriter extends Writer {
    private final Writer target;

    /** Over another writer, which is flushed and closed with this one. */
    public SafeWriter(Writer target) {
        super(target);
        this.target = target;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        target.write(safe(new String(text, offset, length)));
    }

    private static String safe(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            boolean kept = c == '\n' || c == '\r' || c == '\t' || !VisibleText.isUnsafe(c);
            safe.appendCodePoint(kept ? c : '?');
        });
        return safe.toString();
    }

    @Override
    public void flush() throws IOException {
        target.flush();
    }

    @Override
    public void close() throws IOException {
        target.close();
    }
}
