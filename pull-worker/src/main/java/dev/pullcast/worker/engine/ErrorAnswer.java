// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * An answer from an engine's address that is not what was asked for. It is the engine's own, {@code {"message": …}}, or
 * that of a proxy before the engine, which allows a part of the API or has lost the engine.
 *
 * @param request method and path, for messages
 * @param status of HTTP
 * @param contentType null where it has none
 * @param ofEngine whether it has a header that only engines send
 * @param body as far as it was read
 */
record ErrorAnswer(String request, int status, @Nullable String contentType, boolean ofEngine, String body) {
    private static final int MAX_WORDS = 200;

    /** What filters answer to a call that they do not allow. */
    private static final Set<Integer> REFUSALS = Set.of(401, 403, 405, 407, 451, 501, 511);

    /** Words that a filter says and an engine does not. */
    private static final Set<String> BARE_REFUSALS = Set.of(
            "forbidden", "403 forbidden", "unauthorized", "401 unauthorized", "access denied", "denied", "not allowed");

    /**
     * The failure that the answer stands for.
     *
     * @param auth login whose secrets the message must not show
     */
    EngineException failure(EngineAddress address, @Nullable RegistryAuth auth) {
        String words = engineWords();
        if (words != null) {
            return new EngineException(FailureClassifier.classify(status, words, auth));
        }
        String text = "HTTP " + status + shortWords(auth);
        if (status == 408 || status == 502 || status == 503 || status == 504) {
            return new EngineException(PullFailure.of(
                    FailureReason.ENGINE_GONE,
                    "The engine's address " + address + " reaches no engine: it answered " + request + " with "
                            + text));
        }
        if (status / 100 == 2) {
            return EngineException.refusal(PullFailure.of(
                    FailureReason.ENGINE_ERROR,
                    "The engine's address " + address + " answered " + request + " with " + text
                            + ", which no container engine does. Does something else listen there?"));
        }
        boolean passing = status == 429 || (status >= 500 && !REFUSALS.contains(status));
        return EngineException.refusal(new PullFailure(
                FailureReason.ENGINE_ERROR,
                passing,
                "The engine's address " + address + " refused " + request + " with " + text
                        + ". Is this a proxy before the engine? It must allow this call.",
                null));
    }

    /** Null where they are not the engine's. */
    private @Nullable String engineWords() {
        String message = message();
        if (message != null) {
            return isBareRefusal(message) ? null : message;
        }
        // Old engines answered some errors in plain text; their 404 was JSON.
        String text = body.strip();
        boolean plain = (status == 400 || status == 409 || status == 500) && !isPage() && !text.startsWith("{");
        if (plain && !text.isEmpty() && !text.equalsIgnoreCase("internal server error")) {
            return text;
        }
        return ofEngine ? "HTTP " + status + " without a message" : null;
    }

    private boolean isPage() {
        return WebPage.isIn(body)
                || (contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith("text/html"));
    }

    private boolean isBareRefusal(String message) {
        String bare = message.strip().toLowerCase(Locale.ROOT);
        while (bare.endsWith(".") || bare.endsWith("!")) {
            bare = bare.substring(0, bare.length() - 1);
        }
        return bare.contains("authorization denied by plugin")
                || (!ofEngine && REFUSALS.contains(status) && BARE_REFUSALS.contains(bare));
    }

    private @Nullable String message() {
        try {
            JsonNode json = ContractJson.mapper().readTree(body);
            String message = json == null ? "" : json.path("message").asString("");
            return message.isEmpty() ? null : message;
        } catch (JacksonException e) {
            return null;
        }
    }

    private String shortWords(@Nullable RegistryAuth auth) {
        String message = message();
        String words = Redaction.clean(message == null ? body : message, auth).strip();
        if (words.isEmpty()) {
            return "";
        }
        if (isPage()) {
            return words.startsWith("(a web page") ? " " + words : " (a web page)";
        }
        return ": " + (words.length() > MAX_WORDS ? words.substring(0, MAX_WORDS) + "…" : words);
    }
}
