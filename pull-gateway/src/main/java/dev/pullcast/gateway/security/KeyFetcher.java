// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetBasedJWKSource;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the keys of an issuer as new as its key set at a URL: fetched at the start, from time to time, and when a token
 * names a key that is not known. Nimbus' source limits how often, and keeps the last set in force while the other side
 * does not answer; the exchange itself is bounded here in bytes and, from its first byte to its last, in time.
 *
 * <p>Requests never wait for a refresh that comes by time; those that wait for an unknown key are bounded in number. Safe
 * from any thread.
 */
final class KeyFetcher {
    /** Requests that wait for a key at the same time. */
    static final int MAX_WAITING = 64;

    private static final Logger LOG = LoggerFactory.getLogger(KeyFetcher.class);
    private static final long MIN_INTERVAL_MILLIS = 5_000;
    private static final int MAX_BYTES = 1024 * 1024;
    private static final int CHECKS_PER_REFRESH = 5;

    private final Vertx vertx;
    private final JwtSettings settings;
    private final JwtTokens tokens;
    private final InstantSource clock;
    private final HttpClient client;
    private final JWKSetSource<SecurityContext> source;
    private final AtomicReference<@Nullable Future<Outcome>> underWay = new AtomicReference<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile @Nullable Instant fetched;
    private volatile @Nullable JwtKeys newest;
    private volatile boolean failed;
    private volatile long timer = -1;

    /** What came of looking for a key. */
    enum Outcome {
        /** The set is as new as may be. */
        FETCHED,
        /** The other side did not answer, or not with a key set. */
        FAILED,
        /** So many wait already that this one may not. */
        TOO_MANY
    }

    KeyFetcher(Vertx vertx, JwtSettings settings, JwtTokens tokens, InstantSource clock) {
        this.vertx = vertx;
        this.settings = settings;
        this.tokens = tokens;
        this.clock = clock;
        this.client = HttpClient.newBuilder()
                .connectTimeout(settings.timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        long refresh = settings.refresh().toMillis();
        var built = JWKSourceBuilder.create(exchange())
                .cache(refresh, settings.timeout().plusSeconds(1).toMillis())
                // Requests do not wait for a refresh anyway.
                .refreshAheadCache(false)
                .rateLimited(Math.min(MIN_INTERVAL_MILLIS, refresh / 2))
                .outageTolerant(settings.outage().toMillis())
                .build();
        this.source = ((JWKSetBasedJWKSource<SecurityContext>) built).getJWKSetSource();
    }

    /** Fetches once, then again and again. Completes also when that failed: the keys may come later. */
    Future<Void> start() {
        long period = Math.max(1, settings.refresh().toMillis() / CHECKS_PER_REFRESH);
        timer = vertx.setPeriodic(period, _ -> fetch(JWKSetCacheRefreshEvaluator.noRefresh()));
        return fetch(JWKSetCacheRefreshEvaluator.noRefresh()).mapEmpty();
    }

    /** Looks for a key that is not known. Never fails; completes on the caller's context. */
    Future<Outcome> fetchSoon() {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return Future.succeededFuture(Outcome.TOO_MANY);
        }
        return fetch(JWKSetCacheRefreshEvaluator.forceRefresh()).onComplete(_ -> waiting.decrementAndGet());
    }

    /** Seconds since the set was read from the other side; negative before the first time. */
    double ageSeconds() {
        Instant at = fetched;
        return at == null ? -1 : Duration.between(at, clock.instant()).toMillis() / 1000.0;
    }

    private Future<Outcome> fetch(JWKSetCacheRefreshEvaluator when) {
        Promise<Outcome> promise = Promise.promise();
        Future<Outcome> running = underWay.compareAndExchange(null, promise.future());
        if (running != null) {
            return here(running);
        }
        vertx.executeBlocking(() -> look(when), false).onComplete(result -> {
            underWay.set(null);
            promise.complete(result.succeeded() ? result.result() : Outcome.FAILED);
        });
        return here(promise.future());
    }

    private Outcome look(JWKSetCacheRefreshEvaluator when) {
        try {
            JWKSet set = source.getJWKSet(when, clock.millis(), null);
            JwtKeys keys = newest;
            if (keys != null && !set.isEmpty()) {
                tokens.replace(keys);
            }
        } catch (RateLimitReachedException e) {
            return failed ? Outcome.FAILED : Outcome.FETCHED;
        } catch (KeySourceException | RuntimeException e) {
            if (ageSeconds() > settings.outage().toSeconds()) {
                LOG.error(
                        "the keys of {} are {} s old, older than gateway.auth.jwt.outage-seconds: no token of it is"
                                + " believed any longer",
                        settings.issuer(),
                        Math.round(ageSeconds()));
                tokens.replace((JwtKeys) null);
            }
        }
        return failed ? Outcome.FAILED : Outcome.FETCHED;
    }

    private Future<Outcome> here(Future<Outcome> elsewhere) {
        Promise<Outcome> own = Promise.promise();
        var context = vertx.getOrCreateContext();
        elsewhere.onComplete(result -> context.runOnContext(_ -> own.complete(result.result())));
        return own.future();
    }

    /** One fetch; what Nimbus calls when its rules allow it. */
    private JWKSetSource<SecurityContext> exchange() {
        return new JWKSetSource<>() {
            @Override
            public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator when, long now, @Nullable SecurityContext context)
                    throws KeySourceException {
                try {
                    JwtKeys keys = JwtKeys.parse(load(), settings.algorithms());
                    newest = keys;
                    fetched = clock.instant();
                    failed = false;
                    return keys.asSet();
                } catch (IOException | JwtKeys.BadKeys e) {
                    failed = true;
                    LOG.warn(
                            "the keys of {} could not be fetched from {}: {}. Those known stay in force; they are {} s"
                                    + " old",
                            settings.issuer(),
                            settings.jwks(),
                            e.getMessage(),
                            fetched == null ? "no" : String.valueOf(Math.round(ageSeconds())));
                    throw new JWKSetUnavailableException("not fetched", e);
                }
            }

            @Override
            public void close() {}
        };
    }

    private String load() throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(settings.jwks()))
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
        try {
            // The client's own time-out ends with the head.
            HttpResponse<byte[]> answer = exchange.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() != 200) {
                throw new IOException("it was answered with status " + answer.statusCode());
            }
            return new String(answer.body(), StandardCharsets.UTF_8);
        } catch (TimeoutException e) {
            throw new IOException(
                    "it was not answered whole within " + settings.timeout().toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            exchange.cancel(true);
        }
    }

    void close() {
        vertx.cancelTimer(timer);
        client.shutdownNow();
    }
}
