// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a search has around it.
 *
 * @param folder the working directory; relative paths start here
 * @param environment of the process
 * @param input standard input, read at most once
 */
public record Surroundings(Path folder, Map<String, String> environment, InputStream input) {
    /** Those of this process. */
    public static Surroundings ofProcess() {
        return new Surroundings(Path.of("").toAbsolutePath(), System.getenv(), System.in);
    }
}
