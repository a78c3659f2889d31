// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

/**
 * A place in a text.
 *
 * @param file as the user would write it, {@code -} for standard input
 * @param line from 1; 0 for the file as a whole
 * @param column from 1; 0 for the line as a whole
 */
public record Position(String file, int line, int column) {
    /** A file as a whole. */
    public static Position of(String file) {
        return new Position(file, 0, 0);
    }

    /** {@code file:line:column}, as compilers write it. */
    @Override
    public String toString() {
        return line == 0 ? file : file + ':' + line + (column == 0 ? "" : ":" + column);
    }
}
