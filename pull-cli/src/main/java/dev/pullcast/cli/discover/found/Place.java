// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

/**
 * Where an image is named.
 *
 * @param kind of the source
 * @param at file, line and column
 * @param path within the source, {@code services.web.image}; empty where it has no such thing
 */
public record Place(SourceKind kind, Position at, String path) {}
