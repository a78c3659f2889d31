// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.text.VisibleText;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Tells a gateway's answers, as the OpenAPI document has them, from those of anything else at its address: login pages,
 * captive portals, load balancers, other servers.
 *
 * @param url of the gateway, as given
 * @param request method and path, for messages
 */
record GatewayAnswer(String url, String request, HttpExchange exchange) {
    private static final int MAX_BYTES = 4 * 1024 * 1024;
    private static final int MAX_WORDS = 100;
    /** What a load balancer says while no gateway is behind it. */
    private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);

    /** Checks that the answer is a job, whose id is this one. */
    void requireJob(String id) throws IOException {
        if (!essence().equals("application/json")) {
            throw foreign("");
        }
        JsonNode job = tree(exchange.text(MAX_BYTES));
        if (job == null || !job.path("id").asString("").equals(id)) {
            throw foreign(", which is not the job");
        }
    }

    /** Checks that the answer is an event stream (WHATWG HTML, 9.2.3: any other type fails the connection). */
    void requireStream() throws IOException {
        if (exchange.status() != 200 || !essence().equals("text/event-stream")) {
            throw foreign(", which is not an event stream");
        }
    }

    /** The error for an answer that is not as the OpenAPI document has it: the gateway's own, or a foreign one. */
    IOException refusal(Instant now) throws IOException {
        int status = exchange.status();
        if (status / 100 == 2) {
            return foreign("");
        }
        String text = exchange.text(MAX_BYTES);
        var retryAfter = RetryAfter.read(exchange.header("retry-after"), now);
        JsonNode problem = tree(text);
        String title = problem == null ? "" : problem.path("title").asString("");
        String detail = problem == null ? "" : problem.path("detail").asString("");
        if (!title.isEmpty() || !detail.isEmpty()) {
            String words = title.isEmpty() || detail.isEmpty() ? title + detail : title + ": " + detail;
            return new GatewayClient.Refused(status, words, retryAfter);
        }
        if (text.isBlank() && exchange.header("content-type") == null && status / 100 != 3) {
            return new GatewayClient.Refused(status, "HTTP status " + status, retryAfter);
        }
        return PASSING.contains(status)
                ? new GatewayClient.Refused(
                        status, "HTTP status " + status + " with " + type() + ", which is not a gateway's", retryAfter)
                : foreign("");
    }

    /** The error for something else than a gateway's answer. */
    ForeignAnswer foreign(String more) {
        return new ForeignAnswer(
                "The address " + url + " answered " + request + " with HTTP " + exchange.status() + " and "
                        + type() + more
                        + ". That is not a gateway: is there a login page, a proxy or another server in between?"
                        + " Open the address in a browser, or name the gateway's own with --gateway.");
    }

    /** The error for a redirect that is not followed. */
    ForeignAnswer redirected(String why) {
        return new ForeignAnswer("The address " + url + " answered " + request + " with HTTP " + exchange.status()
                + ", " + VisibleText.oneLine(why)
                + ". If the gateway is there, name it with --gateway; a login page is not one.");
    }

    private String type() {
        String type = exchange.header("content-type");
        if (type == null) {
            return "no content type";
        }
        String line = VisibleText.oneLine(type);
        return "the content type " + (line.length() > MAX_WORDS ? line.substring(0, MAX_WORDS) + "…" : line);
    }

    /** The type without its parameters (RFC 9110, 8.3.1). */
    private String essence() {
        String type = exchange.header("content-type");
        if (type == null) {
            return "";
        }
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    private static @Nullable JsonNode tree(String text) {
        try {
            return ContractJson.mapper().readTree(text);
        } catch (JacksonException e) {
            return null;
        }
    }
}
