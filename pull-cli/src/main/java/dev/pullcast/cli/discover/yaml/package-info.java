/**
 * YAML with the position of every node: a small immutable tree over SnakeYAML Engine's events. Size, depth and what
 * aliases expand to are bounded, so whoever walks a tree needs no bound of his own.
 */
@NullMarked
package dev.pullcast.cli.discover.yaml;

import org.jspecify.annotations.NullMarked;
