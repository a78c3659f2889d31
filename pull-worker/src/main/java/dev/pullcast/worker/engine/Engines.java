// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import io.vertx.core.Vertx;
import java.util.Map;

/** Makes the client for an engine as it is configured. */
public final class Engines {
    private Engines() {}

    /**
     * A client; connects at the first call.
     *
     * @param address where the API is
     * @param command for the other way
     * @param environment of the process
     * @throws IllegalArgumentException if the address cannot be used in this mode, saying why
     */
    public static EngineClient open(
            Vertx vertx,
            EngineMode mode,
            EngineAddress address,
            DockerCommand command,
            Map<String, String> environment) {
        checkMode(mode, address);
        CliEngine cli = new CliEngine(vertx, command, environment);
        if (mode == EngineMode.CLI || address instanceof EngineAddress.OnlyCommand) {
            return cli;
        }
        DockerEngine api = DockerEngine.at(vertx, address);
        return mode == EngineMode.API ? api : new AutoEngine(api, cli);
    }

    /**
     * Refuses what cannot work.
     *
     * @throws IllegalArgumentException if the API is asked for and the address is for the command only
     */
    public static void checkMode(EngineMode mode, EngineAddress address) {
        if (mode == EngineMode.API && address instanceof EngineAddress.OnlyCommand only) {
            throw only.noApi();
        }
    }
}
