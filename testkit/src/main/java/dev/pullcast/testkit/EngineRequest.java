// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A request that a {@link ScriptedEngine} read, and what became of its client. */
public final class EngineRequest {
    private final String method;
    private final String target;
    private final String path;
    private final @Nullable String apiVersion;
    private final Map<String, String> query;
    private final Map<String, String> headers;
    private final byte[] body;
    private final CompletableFuture<Void> clientLeft;
    private volatile boolean answered;

    EngineRequest(
            String method,
            String target,
            Map<String, String> headers,
            byte[] body,
            CompletableFuture<Void> clientLeft) {
        this.method = method;
        this.target = target;
        this.headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        this.headers.putAll(headers);
        this.body = body;
        this.clientLeft = clientLeft;
        int question = target.indexOf('?');
        String whole = question < 0 ? target : target.substring(0, question);
        this.query = question < 0 ? Map.of() : parse(target.substring(question + 1));
        int second = whole.indexOf('/', 1);
        boolean versioned = whole.matches("/v[0-9]+\\.[0-9]+/.*");
        this.apiVersion = versioned ? whole.substring(2, second) : null;
        this.path = versioned ? whole.substring(second) : whole;
    }

    private static Map<String, String> parse(String query) {
        Map<String, String> result = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            int at = pair.indexOf('=');
            String name = at < 0 ? pair : pair.substring(0, at);
            result.put(decode(name), at < 0 ? "" : decode(pair.substring(at + 1)));
        }
        return result;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** Of HTTP. */
    public String method() {
        return method;
    }

    /** Path and query as they were sent. */
    public String target() {
        return target;
    }

    /** Not decoded, without the API version. */
    public String path() {
        return path;
    }

    /** {@code 1.41} of {@code /v1.41/…}; null for a path without. */
    public @Nullable String apiVersion() {
        return apiVersion;
    }

    /** Names and values decoded. */
    public Map<String, String> query() {
        return query;
    }

    /** Names in any case. */
    public Map<String, String> headers() {
        return headers;
    }

    /** Empty if there was none. */
    public byte[] body() {
        return body.clone();
    }

    /** What it asks for. */
    public EngineRoute route() {
        return EngineRoute.of(method, path);
    }

    /** {@code NAME} of {@code /images/NAME/…}, decoded; empty for other paths. */
    public String imageName() {
        int from = "/images/".length();
        int to = path.lastIndexOf('/');
        return path.startsWith("/images/") && to > from ? decode(path.substring(from, to)) : "";
    }

    /** Whether the client closed the connection before the script had ended: it cancelled. */
    public boolean clientLeft() {
        return clientLeft.isDone() && !answered;
    }

    /** Whether the script has ended. */
    public boolean answered() {
        return answered;
    }

    void markAnswered() {
        answered = !clientLeft.isDone();
    }

    CompletableFuture<Void> whenClientLeaves() {
        return clientLeft;
    }

    @Override
    public String toString() {
        return method + " " + target;
    }
}
