// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

/**
 * What a picture is drawn for.
 *
 * @param size room
 * @param look colours and characters
 * @param layers whether layers of running pulls get lines of their own where there is room
 */
public record Screen(Size size, Look look, boolean layers) {}
