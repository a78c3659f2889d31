// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.SaslConfigs;

/**
 * Kafka's clients ask a token endpoint only if a system property lists its URL, because in some programs others than the
 * operator choose clients' settings. In ours nobody else does, so what the settings name is allowed.
 */
public final class OAuthUrls {
    private static final String PROPERTY = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

    private OAuthUrls() {}

    /** Allows what these client settings name, once per process; a property that is set already stays as it is. */
    public static void allow(Map<String, String> kafka) {
        String urls = Stream.of(
                        SaslConfigs.SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL, SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_URL)
                .map(key -> kafka.getOrDefault(key, ""))
                .filter(url -> !url.isEmpty())
                .collect(Collectors.joining(","));
        if (!urls.isEmpty() && System.getProperty(PROPERTY) == null) {
            System.setProperty(PROPERTY, urls);
        }
    }
}
