// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.contract.codec.ContractJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A JSON object on disk. */
final class ConfigFile {
    private ConfigFile() {}

    /**
     * Reads it.
     *
     * @return null if there is no such file; an empty file is an empty object
     * @throws dev.pullcast.worker.engine.EngineException if it cannot be read; what is in it is not in the message
     */
    static @Nullable JsonNode read(Path file) {
        JsonNode config;
        try {
            byte[] bytes = Files.readAllBytes(file);
            config = ContractJson.mapper().readTree(bytes.length == 0 ? new byte[] {'{', '}'} : bytes);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw Failures.auth("cannot read the registry logins in " + file + ": "
                    + e.getClass().getSimpleName());
        } catch (JacksonException e) { // whose message may quote what it read
            throw Failures.auth("cannot read the registry logins in " + file + ": it is not JSON");
        }
        if (!config.isObject()) {
            throw Failures.auth("cannot read the registry logins in " + file + ": it is not a JSON object");
        }
        return config;
    }
}
