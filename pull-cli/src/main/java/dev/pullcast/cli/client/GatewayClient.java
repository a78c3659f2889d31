// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.net.ProxyRules;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A gateway's HTTP API. Safe from any thread. */
public final class GatewayClient {
    /** Unless the environment says otherwise. */
    public static final Duration DEFAULT_MAX_WAIT = Duration.ofMinutes(2);

    private static final int NO_CONTENT = 204;
    private static final int ANSWER_TIMEOUT_MILLIS = 30_000;
    /** Three heartbeats: a stream that is silent for so long is dead. */
    private static final int SILENCE_TIMEOUT_MILLIS = 45_000;

    /** As many as the Fetch standard follows within one origin would be 20; a gateway needs none. */
    private static final int MAX_REDIRECTS = 5;

    private final String url;
    private final Origin origin;
    private final Map<String, String> headers;
    private final Duration maxWait;
    private final InstantSource clock = InstantSource.system();

    /**
     * For the gateway at a URL.
     *
     * @param url {@code http://host:port} or {@code https://host:port}
     * @param token sent as a bearer token; null for none
     * @param trust whom to trust over TLS; null for whom Java trusts
     * @throws IllegalArgumentException for anything that is no such URL
     */
    public GatewayClient(String url, @Nullable String token, @Nullable Trust trust) {
        this(url, token, trust, ProxyRules.NONE, DEFAULT_MAX_WAIT);
    }

    /**
     * The same through a proxy where the rules name one.
     *
     * @param maxWait total of the waits that answers may ask for with {@code Retry-After}
     * @throws IllegalArgumentException also for a proxy that cannot be used
     */
    public GatewayClient(
            String url, @Nullable String token, @Nullable Trust trust, ProxyRules proxies, Duration maxWait) {
        this.url = url;
        this.maxWait = maxWait;
        Origin direct = trust == null ? Origin.parse(url) : Origin.parse(url).trusting(trust);
        this.origin = direct.through(proxies);
        this.headers = token == null ? Map.of() : Map.of("Authorization", "Bearer " + token);
    }

    /** Trusting whom Java trusts. */
    public GatewayClient(String url, @Nullable String token) {
        this(url, token, null);
    }

    /** Total of the waits that answers may ask for. */
    public Duration maxWait() {
        return maxWait;
    }

    /** The URL, as given. */
    public String url() {
        return url;
    }

    /** The gateway said no; the message is its own, for a person. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final transient @Nullable Duration retryAfter;

        Refused(int status, String message, @Nullable Duration retryAfter) {
            super(message);
            this.status = status;
            this.retryAfter = retryAfter;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }

        /** How long to wait before the next request, as the answer says; null if it does not. */
        public @Nullable Duration retryAfter() {
            return retryAfter;
        }
    }

    /**
     * Enqueues a job. May be repeated: the same id is the same job.
     *
     * @throws Refused if the gateway does not take it
     * @throws ForeignAnswer if something else answers
     * @throws IOException if it cannot be reached
     */
    public void enqueue(PullJob job) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put("Content-Type", "application/json");
        all.put("Accept", "application/json, application/problem+json");
        var request = new HttpExchange.Request(
                "POST", "/v1/pulls", all, ContractJson.mapper().writeValueAsString(job), ANSWER_TIMEOUT_MILLIS);
        try (HttpExchange exchange = send(request)) {
            GatewayAnswer answer = answer(request, exchange);
            switch (exchange.status()) {
                case 200, 202 -> answer.requireJob(job.id());
                default -> throw refusal(answer);
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
        try (HttpExchange exchange = send(request)) {
            GatewayAnswer answer = answer(request, exchange);
            switch (exchange.status()) {
                case 200, 202 -> answer.requireJob(job);
                case 204 -> {}
                default -> throw refusal(answer);
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
        HttpExchange exchange = send(request);
        try {
            GatewayAnswer answer = answer(request, exchange);
            if (exchange.status() / 100 != 2) {
                throw refusal(answer);
            }
            if (exchange.status() == NO_CONTENT && job != null && !lastEventId.isEmpty()) {
                throw new Ended();
            }
            answer.requireStream();
            return exchange;
        } catch (IOException e) {
            exchange.close();
            throw e;
        }
    }

    /** Nothing follows the given position: the job has ended. */
    static final class Ended extends IOException {
        private static final long serialVersionUID = 1L;

        Ended() {
            super("the job has ended");
        }
    }

    /** Sends a request and follows redirects within the gateway's origin; the token never goes to another. */
    private HttpExchange send(HttpExchange.Request request) throws IOException {
        HttpExchange.Request current = request;
        for (int redirects = 0; ; redirects++) {
            HttpExchange exchange = HttpExchange.send(origin, current);
            String location = exchange.header("location");
            boolean isRedirect = switch (exchange.status()) {
                case 301, 302, 303, 307, 308 -> location != null;
                default -> false;
            };
            if (!isRedirect) {
                return exchange;
            }
            try (exchange) {
                current = redirected(current, exchange, String.valueOf(location), redirects);
            }
        }
    }

    private HttpExchange.Request redirected(
            HttpExchange.Request request, HttpExchange exchange, String location, int redirects) throws IOException {
        GatewayAnswer answer = answer(request, exchange);
        String target = origin.targetWithin(request.target(), location);
        if (target == null) {
            throw answer.redirected("a redirect to " + Origin.placeOf(location));
        }
        boolean keepsMethod = exchange.status() == 307 || exchange.status() == 308;
        if (redirects >= MAX_REDIRECTS || !(keepsMethod || request.method().equals("GET"))) {
            throw answer.redirected("a redirect within itself that is not followed");
        }
        return new HttpExchange.Request(
                request.method(), target, request.headers(), request.body(), request.readTimeoutMillis());
    }

    private GatewayAnswer answer(HttpExchange.Request request, HttpExchange exchange) {
        return new GatewayAnswer(url, request.method() + " " + request.target(), exchange);
    }

    private IOException refusal(GatewayAnswer answer) throws IOException {
        return answer.refusal(clock.instant());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
