// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import java.util.Locale;

/** By which way the worker talks to its engine. */
public enum EngineMode {
    /** The engine's HTTP API only. */
    API,
    /** The {@code docker} command only: no byte progress, one process per pull. */
    CLI,
    /** The API, and the command while the API cannot be reached and the command can. */
    AUTO;

    /**
     * Reads a setting's value.
     *
     * @throws IllegalArgumentException for anything but {@code api}, {@code cli} and {@code auto}
     */
    public static EngineMode of(String text) {
        return switch (text) {
            case "api" -> API;
            case "cli" -> CLI;
            case "auto" -> AUTO;
            default -> throw new IllegalArgumentException("'" + text + "' must be api, cli or auto");
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
