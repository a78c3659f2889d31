// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import dev.pullcast.contract.sealed.SealingKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files and key sets behind an {@link Authenticator}: read at the start, and again whenever they change. */
public final class Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

    private final Vertx vertx;
    private final SecuritySettings settings;
    private final Authenticator authenticator;
    private final Sessions sessions;
    private final FailedLogins failures;
    private @Nullable DoubleSupplier keysAge;
    private final List<Runnable> closers = new ArrayList<>();

    private Credentials(Vertx vertx, SecuritySettings settings, InstantSource clock) {
        this.vertx = vertx;
        this.settings = settings;
        this.authenticator = new Authenticator(clock, settings.isRequired());
        this.sessions = new Sessions(clock, settings.session());
        this.failures = new FailedLogins(clock, settings.failuresPerMinute());
    }

    /** Reads everything; fails with a message for a person if something cannot be used. */
    public static Future<Credentials> open(Vertx vertx, SecuritySettings settings, InstantSource clock) {
        Credentials opened = new Credentials(vertx, settings, clock);
        return opened.openTokens()
                .compose(_ -> opened.openSessionKeys())
                .compose(_ -> opened.openJwt(clock))
                .map(opened);
    }

    private Future<Void> openTokens() {
        Path file = settings.tokens();
        return file == null
                ? Future.succeededFuture()
                : watch(file, text -> {
                    StaticTokens tokens = StaticTokens.parse(text, file.toString());
                    authenticator.replace(tokens);
                    LOG.info("{} tokens are known from {}", tokens.size(), file);
                });
    }

    private Future<Void> openSessionKeys() {
        Path file = settings.sessionKeys();
        return file == null ? Future.succeededFuture() : watch(file, _ -> sessions.replace(SealingKeys.read(file)));
    }

    private Future<Void> openJwt(InstantSource clock) {
        JwtSettings jwt = settings.jwt();
        if (jwt == null) {
            return Future.succeededFuture();
        }
        JwtTokens tokens = new JwtTokens(jwt, clock);
        if (!jwt.isRemote()) {
            authenticator.trust(tokens, () -> Future.succeededFuture(KeyFetcher.Outcome.FETCHED));
            return watch(Path.of(jwt.jwks()), text -> {
                try {
                    LOG.info("{} keys of {} are known", tokens.replace(text), jwt.issuer());
                } catch (JwtKeys.BadKeys e) {
                    throw new JwtKeys.BadKeys(jwt.jwks() + ": " + e.getMessage());
                }
            });
        }
        KeyFetcher fetcher = new KeyFetcher(vertx, jwt, tokens, clock);
        closers.add(fetcher::close);
        keysAge = fetcher::ageSeconds;
        authenticator.trust(tokens, fetcher::fetchSoon);
        return fetcher.start();
    }

    private interface TextLoader {
        void load(String text) throws Exception;
    }

    private Future<Void> watch(Path file, TextLoader loader) {
        return FileWatch.open(
                        vertx,
                        List.of(file),
                        contents -> loader.load(new String(contents.getFirst(), StandardCharsets.UTF_8)))
                .onSuccess(watch -> closers.add(watch::close))
                .mapEmpty();
    }

    /** Tells who asks. */
    public Authenticator authenticator() {
        return authenticator;
    }

    /** Seconds since the issuer's keys were fetched, negative before the first time; null where none are fetched. */
    public @Nullable DoubleSupplier keysAge() {
        return keysAge;
    }

    /** Limits what wrong credentials cost. */
    public FailedLogins failures() {
        return failures;
    }

    /** Logins of browsers. */
    public Sessions sessions() {
        return sessions;
    }

    /** Lets go of all of it. */
    public Future<Void> close() {
        closers.forEach(Runnable::run);
        return Future.succeededFuture();
    }
}
