// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches a key set from its URL: at the start, from time to time, and when a token names a key that nobody knows, but
 * that at most every {@value #PAUSE_SECONDS} seconds: strangers decide what stands in a token. What was fetched last
 * stays in force while the other side does not answer.
 */
final class KeyFetcher {
    private static final Logger LOG = LoggerFactory.getLogger(KeyFetcher.class);
    private static final long PAUSE_SECONDS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 1024 * 1024;

    private final Vertx vertx;
    private final JwtSettings settings;
    private final JwtTokens tokens;
    private final InstantSource clock;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final AtomicReference<@Nullable Future<Void>> underWay = new AtomicReference<>();
    private volatile Instant last = Instant.MIN;
    private volatile long timer = -1;

    KeyFetcher(Vertx vertx, JwtSettings settings, JwtTokens tokens, InstantSource clock) {
        this.vertx = vertx;
        this.settings = settings;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Fetches once, then again and again. Completes also when that failed: the keys may come later. */
    Future<Void> start() {
        timer = vertx.setPeriodic(settings.refresh().toMillis(), _ -> fetch());
        return fetch();
    }

    /** Fetches, unless that was done a moment ago. Never fails; completes on the caller's context. */
    Future<Void> fetchSoon() {
        if (last.plusSeconds(PAUSE_SECONDS).isAfter(clock.instant())) {
            Future<Void> now = underWay.get();
            return now == null ? Future.succeededFuture() : here(now);
        }
        return fetch();
    }

    private Future<Void> fetch() {
        Promise<Void> promise = Promise.promise();
        Future<Void> running = underWay.compareAndExchange(null, promise.future());
        if (running != null) {
            return here(running);
        }
        last = clock.instant();
        vertx.executeBlocking(
                        () -> {
                            load();
                            return true;
                        },
                        false)
                .onComplete(result -> {
                    underWay.set(null);
                    if (result.failed()) {
                        LOG.warn(
                                "the keys of {} could not be fetched, those known stay in force: {}",
                                settings.issuer(),
                                result.cause().getMessage());
                    }
                    promise.complete();
                });
        return here(promise.future());
    }

    private Future<Void> here(Future<Void> elsewhere) {
        Promise<Void> own = Promise.promise();
        var context = vertx.getOrCreateContext();
        elsewhere.onComplete(_ -> context.runOnContext(_ -> own.complete()));
        return own.future();
    }

    private void load() throws IOException, InterruptedException, JwtTokens.BadKeys {
        HttpRequest request = HttpRequest.newBuilder(URI.create(settings.jwks()))
                .timeout(PATIENCE)
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new IOException("it was answered with status " + answer.statusCode());
            }
            tokens.replace(new String(body.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
        }
    }

    void close() {
        vertx.cancelTimer(timer);
        client.close();
    }
}
