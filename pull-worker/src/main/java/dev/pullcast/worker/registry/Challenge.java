// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A challenge of {@code WWW-Authenticate} (RFC 9110, 11.6.1): several may stand in one header and in several. Reads each
 * character once; what it does not understand it skips.
 *
 * @param scheme in lower case
 * @param parameters by name in lower case; of equal names the first
 */
record Challenge(String scheme, Map<String, String> parameters) {
    private static final int MAX_CHALLENGES = 8;
    private static final int MAX_PARAMETERS = 16;

    static List<Challenge> parse(List<String> headers) {
        List<Challenge> found = new ArrayList<>();
        for (String header : headers) {
            new Scanner(header).read(found);
        }
        return found;
    }

    static @Nullable Challenge find(List<Challenge> challenges, String scheme) {
        for (Challenge challenge : challenges) {
            if (challenge.scheme.equals(scheme)) {
                return challenge;
            }
        }
        return null;
    }

    @Nullable
    String get(String parameter) {
        return parameters.get(parameter);
    }

    private static final class Scanner {
        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        void read(List<Challenge> found) {
            Challenge current = null;
            while (at < text.length()) {
                String token = token();
                if (token.isEmpty()) {
                    at++; // a comma, a blank, or what does not belong here
                    continue;
                }
                skipBlanks();
                if (at < text.length() && text.charAt(at) == '=' && current != null) {
                    at++;
                    skipBlanks();
                    String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
                    if (current.parameters.size() < MAX_PARAMETERS) {
                        current.parameters.putIfAbsent(token.toLowerCase(Locale.ROOT), value);
                    }
                } else if (found.size() < MAX_CHALLENGES) {
                    current = new Challenge(token.toLowerCase(Locale.ROOT), new HashMap<>());
                    found.add(current);
                } else {
                    return;
                }
            }
        }

        private void skipBlanks() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        private String token() {
            int from = at;
            while (at < text.length() && HttpReader.isTokenCharacter(text.charAt(at))) {
                at++;
            }
            return text.substring(from, at);
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at++));
            }
            at++;
            return value.toString();
        }
    }
}
