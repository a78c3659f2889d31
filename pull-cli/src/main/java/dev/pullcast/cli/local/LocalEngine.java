// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import dev.pullcast.cli.client.EngineImages;
import dev.pullcast.cli.client.Origin;
import dev.pullcast.worker.engine.EngineAddress;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be asked of this machine's engine without Vert.x, for commands that must start fast. */
public final class LocalEngine {
    private LocalEngine() {}

    /**
     * All images of the engine, by one request.
     *
     * @param host in the forms of {@code DOCKER_HOST}; null for what the environment says
     * @throws IllegalArgumentException for an address that cannot be understood
     * @throws EngineCheck.EngineUnavailable if it does not answer, or is behind TLS or ssh: the message says what to do
     */
    public static EngineImages images(@Nullable String host, Map<String, String> environment)
            throws EngineCheck.EngineUnavailable {
        EngineAddress address = EngineAddress.of(host, environment);
        Origin origin = originOf(address)
                .orElseThrow(() -> new EngineCheck.EngineUnavailable(
                        "cannot list the images of the engine at " + address
                                + ": only a socket and tcp:// without TLS can be asked for them",
                        null));
        try {
            return EngineImages.read(origin);
        } catch (EngineImages.NotAllowed e) {
            throw new EngineCheck.EngineUnavailable(
                    "The engine's address " + address + " refused GET /images/json (" + e.getMessage()
                            + "). Is this a proxy before the engine? It must allow this call.",
                    e);
        } catch (IOException e) {
            throw new EngineCheck.EngineUnavailable(address.unreachable(wordsOf(e)), e);
        }
    }

    private static Optional<Origin> originOf(EngineAddress address) {
        return switch (address) {
            case EngineAddress.Socket socket -> Optional.of(new Origin.Unix(socket.path()));
            case EngineAddress.Tcp tcp
            when tcp.tls() == null -> Optional.of(new Origin.Tcp(tcp.host(), tcp.port(), false));
            case EngineAddress.Tcp _, EngineAddress.OnlyCommand _ -> Optional.empty();
        };
    }

    private static String wordsOf(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
