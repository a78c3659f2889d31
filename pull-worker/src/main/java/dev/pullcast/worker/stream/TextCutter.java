// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

/**
 * Finds the bytes of JSON texts that are longer than they may be, so that a parser is given the beginning of such a text
 * and its closing quote. Cuts between characters, never within an escape. Knows of JSON only where strings begin and
 * end: what is no JSON is left as it is for the parser to refuse. One stream, one thread.
 */
final class TextCutter {
    private enum State {
        OUTSIDE,
        TEXT,
        AFTER_BACKSLASH,
        UNICODE_ESCAPE
    }

    private final int maxTextBytes;
    private State state = State.OUTSIDE;
    private int escapeDigits;
    private int textBytes;
    private boolean cutting;
    private boolean runIsCut;

    TextCutter(int maxTextBytes) {
        this.maxTextBytes = maxTextBytes;
    }

    /** Whether the run that {@link #endOfRun} found last is cut away. */
    boolean wasCut() {
        return runIsCut;
    }

    /** The end of the run of bytes, at least one, that begins at {@code from} and is kept, or cut away, as a whole. */
    int endOfRun(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            boolean closes = state == State.TEXT && bytes[i] == '"';
            if (closes) {
                cutting = false;
            } else if (state == State.TEXT && textBytes >= maxTextBytes && (bytes[i] & 0xC0) != 0x80) {
                cutting = true;
            }
            if (i == from) {
                runIsCut = cutting;
            } else if (cutting != runIsCut) {
                return i;
            }
            next(bytes[i]);
        }
        return to;
    }

    private void next(byte b) {
        switch (state) {
            case OUTSIDE -> {
                if (b == '"') {
                    state = State.TEXT;
                    textBytes = 0;
                }
            }
            case TEXT -> {
                textBytes++;
                state = b == '"' ? State.OUTSIDE : b == '\\' ? State.AFTER_BACKSLASH : State.TEXT;
            }
            case AFTER_BACKSLASH -> {
                textBytes++;
                escapeDigits = 0;
                state = b == 'u' ? State.UNICODE_ESCAPE : State.TEXT;
            }
            case UNICODE_ESCAPE -> {
                textBytes++;
                state = ++escapeDigits == 4 ? State.TEXT : State.UNICODE_ESCAPE;
            }
        }
    }
}
