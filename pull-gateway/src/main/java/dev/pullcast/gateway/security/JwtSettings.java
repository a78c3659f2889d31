// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import dev.pullcast.contract.settings.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whose signed tokens are believed.
 *
 * @param jwks path of a JSON Web Key Set, or its URL
 * @param issuer that must stand in {@code iss}
 * @param audience one of which must stand in {@code aud}
 * @param claim that holds the grants
 * @param algorithms of signatures that are believed
 * @param skew by which clocks may differ
 * @param refresh after which a key set is fetched again
 * @param timeout of one fetch, from its first byte to its last
 * @param outage for which a key set that cannot be fetched again stays in force
 */
public record JwtSettings(
        String jwks,
        String issuer,
        List<String> audience,
        String claim,
        Set<String> algorithms,
        Duration skew,
        Duration refresh,
        Duration timeout,
        Duration outage) {
    static final List<Settings.Key> KEYS = List.of(
            new Settings.Key(
                    "gateway.auth.jwt.jwks",
                    "",
                    "path or https URL of the JSON Web Key Set that signs tokens; needs issuer and audience"),
            new Settings.Key("gateway.auth.jwt.issuer", "", "what must stand in a token's iss"),
            new Settings.Key("gateway.auth.jwt.audience", "", "names,… one of which must stand in a token's aud"),
            new Settings.Key(
                    "gateway.auth.jwt.claim",
                    "pullcast",
                    "claim of a token that holds its grants: ROLE:PROJECT, a list or with blanks between"),
            new Settings.Key(
                    "gateway.auth.jwt.algorithms",
                    "RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,ES512,EdDSA",
                    "algorithms of signatures that are believed"),
            new Settings.Key("gateway.auth.jwt.skew-seconds", "30", "seconds by which clocks may differ"),
            new Settings.Key(
                    "gateway.auth.jwt.refresh-seconds",
                    "300",
                    "seconds after which the key set is fetched again; an unknown key is looked for at once"),
            new Settings.Key(
                    "gateway.auth.jwt.timeout-seconds",
                    "5",
                    "seconds that fetching the key set may take, from the first byte to the last"),
            new Settings.Key(
                    "gateway.auth.jwt.outage-seconds",
                    "14400",
                    "seconds for which keys stay in force that cannot be fetched again"));

    private static final Set<String> KNOWN =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA");
    private static final Pattern URL = Pattern.compile("(?i)https?://.*");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[::1]");

    /** Settles the collections. */
    public JwtSettings {
        audience = List.copyOf(audience);
        algorithms = Set.copyOf(algorithms);
    }

    /** Null where no key set is named. @throws Settings.InvalidSetting naming the key that is wrong */
    static @Nullable JwtSettings of(Settings settings) {
        String jwks = settings.find("gateway.auth.jwt.jwks");
        if (jwks == null) {
            return null;
        }
        if (isUrl(jwks)) {
            checkUrl(jwks);
        } else {
            settings.findPath("gateway.auth.jwt.jwks");
        }
        Set<String> algorithms = new LinkedHashSet<>(settings.getList("gateway.auth.jwt.algorithms"));
        if (algorithms.isEmpty() || !KNOWN.containsAll(algorithms)) {
            throw new Settings.InvalidSetting("setting 'gateway.auth.jwt.algorithms' may have "
                    + String.join(", ", KNOWN.stream().sorted().toList()));
        }
        List<String> audience = settings.getList("gateway.auth.jwt.audience");
        if (audience.isEmpty()) {
            throw new Settings.InvalidSetting(
                    "setting 'gateway.auth.jwt.audience' is missing: without it tokens that are"
                            + " meant for others would be taken");
        }
        return new JwtSettings(
                jwks,
                settings.get("gateway.auth.jwt.issuer"),
                audience,
                settings.get("gateway.auth.jwt.claim"),
                algorithms,
                Duration.ofSeconds(settings.getInt("gateway.auth.jwt.skew-seconds", 0, 600)),
                Duration.ofSeconds(settings.getInt("gateway.auth.jwt.refresh-seconds", 1, 86_400)),
                Duration.ofSeconds(settings.getInt("gateway.auth.jwt.timeout-seconds", 1, 60)),
                Duration.ofSeconds(settings.getInt("gateway.auth.jwt.outage-seconds", 1, 604_800)));
    }

    private static void checkUrl(String jwks) {
        try {
            URI uri = URI.create(jwks);
            String host = String.valueOf(uri.getHost());
            if ("https".equalsIgnoreCase(uri.getScheme())
                    || LOOPBACK.matcher(host).matches()) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new Settings.InvalidSetting(
                "setting 'gateway.auth.jwt.jwks' must be a path or an https URL: over http anybody"
                        + " on the way could put a key of their own in");
    }

    private static boolean isUrl(String text) {
        return URL.matcher(text).matches();
    }

    /** Whether the key set is fetched, not read from a file. */
    boolean isRemote() {
        return isUrl(jwks);
    }
}
