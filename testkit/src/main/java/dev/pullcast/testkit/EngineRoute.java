// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

/** What a request to an engine asks for, with or without {@code /v1.NN} before the path. */
public enum EngineRoute {
    /** {@code GET} or {@code HEAD /_ping}. */
    PING,
    /** {@code GET /version}. */
    VERSION,
    /** {@code GET /info}. */
    INFO,
    /** {@code GET /images/NAME/json}. */
    INSPECT,
    /** {@code POST /images/create}. */
    PULL,
    /** {@code POST /images/NAME/tag}. */
    TAG,
    /** Anything else. */
    OTHER;

    static EngineRoute of(String method, String path) {
        boolean post = method.equals("POST");
        boolean get = method.equals("GET") || method.equals("HEAD");
        boolean image = path.startsWith("/images/");
        if (get) {
            return switch (path) {
                case "/_ping" -> PING;
                case "/version" -> VERSION;
                case "/info" -> INFO;
                default -> image && path.endsWith("/json") ? INSPECT : OTHER;
            };
        }
        if (post && image) {
            return path.equals("/images/create") ? PULL : path.endsWith("/tag") ? TAG : OTHER;
        }
        return OTHER;
    }
}
