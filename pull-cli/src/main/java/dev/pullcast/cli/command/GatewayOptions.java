// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.client.GatewayClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which gateway. */
final class GatewayOptions {
    /** Where {@code pullcast up} listens. */
    static final String DEFAULT_URL = "http://127.0.0.1:8080";

    @Option(
            names = "--gateway",
            paramLabel = "URL",
            description = "The gateway, as " + DEFAULT_URL + ". Environment: PULLCAST_GATEWAY, and PULLCAST_TOKEN where"
                    + " it asks for one.")
    private @Nullable String url = System.getenv("PULLCAST_GATEWAY");

    /** Whether one was named. */
    boolean isGiven() {
        return url != null && !url.isEmpty();
    }

    /** A client for it; for {@link #DEFAULT_URL} if none was named. @throws IllegalArgumentException if it is no URL */
    GatewayClient client() {
        return new GatewayClient(url == null || url.isEmpty() ? DEFAULT_URL : url, System.getenv("PULLCAST_TOKEN"));
    }
}
