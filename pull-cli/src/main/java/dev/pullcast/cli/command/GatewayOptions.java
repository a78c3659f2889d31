// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.client.GatewayClient;
import dev.pullcast.cli.client.Origin;
import dev.pullcast.cli.client.Trust;
import dev.pullcast.contract.net.ProxyRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which gateway, and who asks it. */
final class GatewayOptions {
    /** Where {@code pullcast up} listens. */
    static final String DEFAULT_URL = "http://127.0.0.1:8080";

    private static final int MAX_WAIT_SECONDS = 86_400;

    /** RFC 6750; among others no blank and no line break can be in it. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{1,8192}");

    @Option(
            names = "--gateway",
            paramLabel = "URL",
            description = "The gateway, as " + DEFAULT_URL + ". Environment: PULLCAST_GATEWAY.")
    private @Nullable String url = System.getenv("PULLCAST_GATEWAY");

    @Option(
            names = "--token",
            paramLabel = "FILE",
            description = "File with the token that the gateway asks for, a file because everybody on this machine can"
                    + " read command lines. Environment: PULLCAST_TOKEN_FILE, or PULLCAST_TOKEN with the token itself.")
    private @Nullable String tokenFile = System.getenv("PULLCAST_TOKEN_FILE");

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description =
                    "PEM file of the certificate authorities to trust for https://. Default: those that Java trusts."
                            + " Environment: PULLCAST_CA.")
    private @Nullable String ca = System.getenv("PULLCAST_CA");

    @Option(
            names = "--insecure",
            description = "Send the token over http:// to another machine, too, where all on the way can read it."
                    + " Environment: PULLCAST_INSECURE=true.")
    private boolean insecure = Boolean.parseBoolean(System.getenv("PULLCAST_INSECURE"));

    /** Whether one was named. */
    boolean isGiven() {
        return url != null && !url.isEmpty();
    }

    /**
     * A client for it; for {@link #DEFAULT_URL} if none was named.
     *
     * @throws IllegalArgumentException if it is no URL, or a file cannot be read
     */
    GatewayClient client() {
        Trust trust = ca == null || ca.isEmpty() ? null : Trust.of(Path.of(ca));
        String target = url == null || url.isEmpty() ? DEFAULT_URL : url;
        String token = token();
        if (token != null && !insecure && !Origin.parse(target).isPrivate()) {
            throw new IllegalArgumentException("the token is not sent to " + target
                    + ", because all on the way could read it; use https://, or --insecure to send it all the same");
        }
        return new GatewayClient(
                target,
                token,
                trust,
                ProxyRules.of(System.getenv()),
                maxWait(System.getenv("PULLCAST_MAX_WAIT_SECONDS")));
    }

    private static Duration maxWait(@Nullable String seconds) {
        if (seconds == null || seconds.isBlank()) {
            return GatewayClient.DEFAULT_MAX_WAIT;
        }
        try {
            int value = Integer.parseInt(seconds.strip());
            if (value >= 0 && value <= MAX_WAIT_SECONDS) {
                return Duration.ofSeconds(value);
            }
        } catch (NumberFormatException e) {
            // As a number that is too large.
        }
        throw new IllegalArgumentException(
                "PULLCAST_MAX_WAIT_SECONDS is '" + seconds + "'; it must be 0 to " + MAX_WAIT_SECONDS);
    }

    private @Nullable String token() {
        String file = tokenFile;
        String token = file == null || file.isEmpty() ? System.getenv("PULLCAST_TOKEN") : read(file);
        if (token == null || token.isBlank()) {
            return null;
        }
        String bare = token.strip();
        if (!TOKEN.matcher(bare).matches()) {
            throw new IllegalArgumentException(
                    "what is given as a token is none: it has a blank, a line break or another character that no token has");
        }
        return bare;
    }

    /** The message does not repeat what was given: it may be the token, typed by mistake. */
    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(
                    "--token must be a file that can be read; write the token into one, or into PULLCAST_TOKEN", e);
        }
    }
}
