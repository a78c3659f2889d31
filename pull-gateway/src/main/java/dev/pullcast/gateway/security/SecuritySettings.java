// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import dev.pullcast.contract.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in.
 *
 * @param tokens file of the gateway's own tokens, or null
 * @param jwt whose signed tokens are believed, or null for nobody's
 * @param sessionKeys file of keys for browsers' cookies; null for a key that only this process has
 * @param session how long a browser stays logged in at most
 * @param failuresPerMinute wrong credentials of one address that are answered with a reason
 */
public record SecuritySettings(
        @Nullable Path tokens,
        @Nullable JwtSettings jwt,
        @Nullable Path sessionKeys,
        Duration session,
        int failuresPerMinute) {
    /** Every key. */
    public static final List<Settings.Key> KEYS = Stream.concat(
                    Stream.of(
                            new Settings.Key(
                                    "gateway.auth.tokens",
                                    "",
                                    "file of tokens, one NAME sha256:HEX ROLE:PROJECT… per line; read again when it changes"),
                            new Settings.Key(
                                    "gateway.auth.session-keys",
                                    "",
                                    "file of keys for browsers' logins, one kid:key per line, the same at all gateways; without it a login holds at one gateway until that restarts"),
                            new Settings.Key(
                                    "gateway.auth.session-minutes",
                                    "720",
                                    "minutes after which a browser must log in again"),
                            new Settings.Key(
                                    "gateway.auth.failures-per-minute",
                                    "60",
                                    "wrong credentials a minute from one address before they are answered with 429; good ones are never refused")),
                    JwtSettings.KEYS.stream())
            .toList();

    /** Checks settings. @throws Settings.InvalidSetting naming the key that is wrong */
    public static SecuritySettings of(Settings settings) {
        return new SecuritySettings(
                settings.findPath("gateway.auth.tokens"),
                JwtSettings.of(settings),
                settings.findPath("gateway.auth.session-keys"),
                Duration.ofMinutes(settings.getInt("gateway.auth.session-minutes", 1, 60 * 24 * 31)),
                settings.getInt("gateway.auth.failures-per-minute", 1, 1_000_000));
    }

    /** Whether whoever asks must say who it is. */
    public boolean isRequired() {
        return tokens != null || jwt != null;
    }
}
