/**
 * Projects of docker compose, resolved as the Compose Specification says and compose-go does. In: files, an
 * environment. Out: images. Reads the files that a project names and nothing else.
 */
@NullMarked
package dev.pullcast.cli.discover.compose;

import org.jspecify.annotations.NullMarked;
