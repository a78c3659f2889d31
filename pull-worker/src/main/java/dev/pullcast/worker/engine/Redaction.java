// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes secrets out of an engine's words before anybody sees them. */
final class Redaction {
    private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/@\\s\"]+@");
    private static final Pattern BEARER = Pattern.compile("(?i)(bearer|basic)\\s+[\\w.~+/=-]{8,}");
    private static final Pattern TOKEN_PARAMETER = Pattern.compile(
            "(?i)\\b((?:access_|refresh_|id_)?token|password|secret|signature|sig|x-amz-signature|x-amz-credential)=[^&\\s\"]+");
    private static final int MAX_LENGTH = 4096;

    private Redaction() {}

    /** The message without user information in URLs, tokens, and the secrets of these credentials, and without web pages; bounded. */
    static String clean(String message, @Nullable RegistryAuth auth) {
        String text = message;
        if (auth != null) {
            for (String secret : auth.secrets()) {
                text = text.replace(secret, "***");
            }
        }
        text = USER_INFO.matcher(text).replaceAll("***@");
        text = BEARER.matcher(text).replaceAll("$1 ***");
        text = TOKEN_PARAMETER.matcher(text).replaceAll("$1=***");
        text = WebPage.replaceIn(text);
        return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
    }
}
