// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.gateway.security.Authenticator;
import dev.pullcast.gateway.security.Credentials;
import dev.pullcast.gateway.security.Principal;
import dev.pullcast.gateway.security.Sessions;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/** Logins of browsers: a token comes once, a cookie that no script can read goes back. */
final class SessionRoutes {
    private final Access access;
    private final Authenticator authenticator;
    private final Sessions sessions;
    private final InstantSource clock;

    SessionRoutes(Access access, Credentials credentials, InstantSource clock) {
        this.access = access;
        this.authenticator = credentials.authenticator();
        this.sessions = credentials.sessions();
        this.clock = clock;
    }

    /** Who asks, and what they may. */
    void show(RoutingContext context) {
        Principal principal = Access.principal(context);
        Map<String, Object> body = new LinkedHashMap<>();
        if (authenticator.isRequired()) {
            body.put("name", principal.name());
        }
        body.put("via", principal.via().text());
        Map<String, String> grants = principal.grants().texts();
        body.put("roles", grants.keySet());
        body.put("grants", grants);
        if (principal.expires() != null) {
            body.put("expires", principal.expires());
        }
        Requests.json(context, 200, body);
    }

    /** Logs in with {@code {"token": "…"}}. */
    void begin(RoutingContext context) {
        access.audit(context, "login");
        Optional<String> token = token(context);
        if (token.isEmpty()) {
            Problem.of(400, "Send {\"token\": \"…\"}.").answer(context);
            return;
        }
        if (!authenticator.isRequired()) {
            Problem.of(409, "This gateway asks nobody who they are, so there is nothing to log in to.")
                    .answer(context);
            return;
        }
        authenticator.check(token.get()).onSuccess(verdict -> {
            switch (verdict) {
                case Authenticator.Known(Principal principal) -> begin(context, token.get(), principal);
                case Authenticator.Refused(String why) -> access.refuseLogin(context, why);
                case Authenticator.Unsure(String why) -> Requests.unavailable(context, why);
            }
        });
    }

    private static Optional<String> token(RoutingContext context) {
        try {
            return Optional.of(ContractJson.mapper().readTree(RequestBodies.of(context)))
                    .map(body -> body.path("token").asString(""))
                    .map(String::strip)
                    .filter(token -> !token.isEmpty());
        } catch (JacksonException e) { // whose message may quote what it read
            return Optional.empty();
        }
    }

    private void begin(RoutingContext context, String token, Principal principal) {
        Access.know(context, principal);
        Sessions.Session session = sessions.begin(token, principal);
        sessions.seal(session)
                .ifPresentOrElse(
                        value -> {
                            long seconds = Duration.between(clock.instant(), session.ends())
                                    .toSeconds();
                            set(context, value, Math.max(1, seconds));
                            context.response().setStatusCode(204).end();
                        },
                        () -> Problem.of(400, "The token is too long for a cookie; ask for one with fewer claims.")
                                .answer(context));
    }

    /** Logs out; also whoever was not logged in. */
    void end(RoutingContext context) {
        access.audit(context, "logout");
        set(context, "", 0);
        context.response().setStatusCode(204).end();
    }

    private static void set(RoutingContext context, String value, long seconds) {
        boolean secure = isSecure(context);
        context.response()
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .addCookie(Cookie.cookie(Access.cookieName(secure), value)
                        .setPath("/")
                        .setHttpOnly(true)
                        .setSecure(secure)
                        .setSameSite(CookieSameSite.STRICT)
                        .setMaxAge(seconds));
    }

    /** Also behind a proxy that ends TLS: the page then says so itself, and the guard has checked that it is ours. */
    private static boolean isSecure(RoutingContext context) {
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        return context.request().isSSL() || (origin != null && origin.startsWith("https://"));
    }
}
