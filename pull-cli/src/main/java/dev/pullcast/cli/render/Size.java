// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

/**
 * Of a terminal.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 */
public record Size(int width, int height) {
    /** What is assumed where nobody says. */
    public static final Size DEFAULT = new Size(80, 24);

    /** Settles what terminals without a size report as 0. */
    public Size {
        width = width < 1 ? 80 : width;
        height = height < 1 ? 24 : height;
    }
}
