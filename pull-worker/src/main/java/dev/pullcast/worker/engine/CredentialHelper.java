// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The protocol of {@code docker-credential-NAME get}: server address in, JSON out. Blocks; for worker threads. */
final class CredentialHelper {
    private static final long TIMEOUT_SECONDS = 30;
    /** How helpers mark an identity token. */
    private static final String TOKEN_USER = "<token>";

    private CredentialHelper() {}

    static @Nullable RegistryAuth get(String name, String server) {
        String program = "docker-credential-" + name;
        try {
            Process process = new ProcessBuilder(program, "get")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                return answer(process, program, server);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw failure(program, "it cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(program, "interrupted");
        }
    }

    private static @Nullable RegistryAuth answer(Process process, String program, String server)
            throws IOException, InterruptedException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(server.getBytes(StandardCharsets.UTF_8));
        }
        // Its few bytes fit into the pipe, so it can end before they are read.
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw failure(program, "it did not answer within " + TIMEOUT_SECONDS + " s");
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int exit = process.exitValue();
        if (exit != 0) {
            if (output.contains("credentials not found")) {
                return null;
            }
            throw failure(program, "it ended with exit code " + exit);
        }
        try {
            JsonNode node = ContractJson.mapper().readTree(output);
            String username = node.path("Username").asString("");
            String secret = node.path("Secret").asString("");
            return username.equals(TOKEN_USER)
                    ? new RegistryAuth(null, null, server, secret, null)
                    : new RegistryAuth(username, secret, server, null, null);
        } catch (JacksonException e) {
            throw failure(program, "its answer is not JSON");
        }
    }

    private static EngineException failure(String program, String why) {
        return new EngineException(
                PullFailure.of(FailureReason.AUTH, "cannot get registry credentials from " + program + ": " + why));
    }
}
