// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import java.nio.file.Path;
import java.util.Map;

/** Where {@code pullcast up} keeps its data unless it is told otherwise. */
public final class DataFolder {
    /** The log of pulls for people, in it. */
    public static final String LOG = "pull.log";

    private DataFolder() {}

    /** {@code PULLCAST_HOME}, else {@code XDG_DATA_HOME/pullcast}, else {@code ~/.local/share/pullcast}. */
    public static Path of(Map<String, String> environment) {
        String home = environment.getOrDefault("PULLCAST_HOME", "");
        String shared = environment.getOrDefault("XDG_DATA_HOME", "");
        if (!home.isEmpty()) {
            return Path.of(home);
        }
        return shared.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", "."), ".local", "share", "pullcast")
                : Path.of(shared, "pullcast");
    }
}
