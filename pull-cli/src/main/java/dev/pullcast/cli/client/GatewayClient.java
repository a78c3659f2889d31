// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.job.PullJob;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A gateway's HTTP API. Safe from any thread. */
public final class GatewayClient {
    private static final int ANSWER_TIMEOUT_MILLIS = 30_000;
    /** Three heartbeats: a stream that is silent for so long is dead. */
    private static final int SILENCE_TIMEOUT_MILLIS = 45_000;

    private static final int LARGEST_ANSWER = 4 * 1024 * 1024;

    private final String url;
    private final Origin origin;
    private final Map<String, String> headers;

    /**
     * For the gateway at a URL.
     *
     * @param url {@code http://host:port} or {@code https://host:port}
     * @param token sent as a bearer token; null for none
     * @param trust whom to trust over TLS; null for whom Java trusts
     * @throws IllegalArgumentException for anything that is no such URL
     */
    public GatewayClient(String url, @Nullable String token, @Nullable Trust trust) {
        this.url = url;
        this.origin = trust == null ? Origin.parse(url) : Origin.parse(url).trusting(trust);
        this.headers = token == null ? Map.of() : Map.of("Authorization", "Bearer " + token);
    }

    /** Trusting whom Java trusts. */
    public GatewayClient(String url, @Nullable String token) {
        this(url, token, null);
    }

    /** The URL, as given. */
    public String url() {
        return url;
    }

    /** The gateway said no; the message is its own, for a person. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refused(int status, String message) {
            super(message);
            this.status = status;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }
    }

    /**
     * Enqueues a job. May be repeated: the same id is the same job.
     *
     * @throws Refused if the gateway does not take it
     * @throws IOException if it cannot be reached
     */
    public void enqueue(PullJob job) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put("Content-Type", "application/json");
        all.put("Accept", "application/json, application/problem+json");
        var request = new HttpExchange.Request(
                "POST", "/v1/pulls", all, ContractJson.mapper().writeValueAsString(job), ANSWER_TIMEOUT_MILLIS);
        try (HttpExchange exchange = HttpExchange.send(origin, request)) {
            if (exchange.status() / 100 != 2) {
                throw refusal(exchange);
            }
        }
    }

    /**
     * Asks for a job to be cancelled. Pulls that run end as cancelled a moment later.
     *
     * @throws Refused if the gateway does not know the job, or does not let us
     * @throws IOException if it cannot be reached
     */
    public void cancel(String job) throws IOException {
        var request =
                new HttpExchange.Request("DELETE", "/v1/pulls/" + encode(job), headers, null, ANSWER_TIMEOUT_MILLIS);
        try (HttpExchange exchange = HttpExchange.send(origin, request)) {
            if (exchange.status() / 100 != 2) {
                throw refusal(exchange);
            }
        }
    }

    /**
     * Opens the event stream of a job, or of everything.
     *
     * @param job its id; null for all jobs
     * @param lastEventId to resume after; empty for a snapshot first
     * @throws Refused if the gateway answers with an error
     * @throws IOException if it cannot be reached
     */
    HttpExchange events(@Nullable String job, String lastEventId) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put("Accept", "text/event-stream");
        if (!lastEventId.isEmpty()) {
            all.put("Last-Event-ID", lastEventId);
        }
        String target = job == null ? "/v1/events" : "/v1/pulls/" + encode(job) + "/events";
        var request = new HttpExchange.Request("GET", target, all, null, SILENCE_TIMEOUT_MILLIS);
        HttpExchange exchange = HttpExchange.send(origin, request);
        if (exchange.status() != 200) {
            try (exchange) {
                throw refusal(exchange);
            }
        }
        return exchange;
    }

    /** The words of an RFC 9457 problem, or the status where there is none. */
    private static Refused refusal(HttpExchange exchange) throws IOException {
        String text = exchange.text(LARGEST_ANSWER);
        String message = "HTTP status " + exchange.status();
        try {
            JsonNode problem = ContractJson.mapper().readTree(text);
            String title = problem.path("title").asString("");
            String detail = problem.path("detail").asString("");
            String said = title.isEmpty() || detail.isEmpty() ? title + detail : title + ": " + detail;
            message = said.isEmpty() ? message : said;
        } catch (JacksonException e) {
            // Not a problem document, so not a gateway, or one behind a proxy: the status has to do.
        }
        return new Refused(exchange.status(), message);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
