// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.gateway.security.AuditLog;
import dev.pullcast.gateway.security.Authenticator;
import dev.pullcast.gateway.security.Credentials;
import dev.pullcast.gateway.security.FailedLogins;
import dev.pullcast.gateway.security.Principal;
import dev.pullcast.gateway.security.ProjectScope;
import dev.pullcast.gateway.security.Role;
import dev.pullcast.gateway.security.Rule;
import dev.pullcast.gateway.security.Sessions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every route: finds out who asks, and lets in who may. What of a route's content they get is for the
 * route to say, by {@link #visible} and {@link #writable}.
 */
final class Access {
    private static final String PRINCIPAL = "pullcast.principal";
    private static final String JOB = "pullcast.job";
    private static final String PROJECT = "pullcast.project";
    private static final String ACTION = "pullcast.action";
    private static final String AUDITED = "pullcast.audited";
    private static final String CHALLENGE = "WWW-Authenticate";
    private static final Pattern BEARER = Pattern.compile("(?i)Bearer +([A-Za-z0-9._~+/=-]{1,8192})");
    private static final String SECURE_COOKIE = "__Host-pullcast";
    private static final String PLAIN_COOKIE = "pullcast";
    private static final Pattern FORWARDED = Pattern.compile("[0-9a-fA-F.:, \\[\\]]{1,256}");

    private final Authenticator authenticator;
    private final Sessions sessions;
    private final FailedLogins failures;
    private final GatewayMetrics metrics;
    private final InstantSource clock;

    Access(Credentials credentials, GatewayMetrics metrics, InstantSource clock) {
        this.authenticator = credentials.authenticator();
        this.sessions = credentials.sessions();
        this.failures = credentials.failures();
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Who asks; only behind a rule. */
    static Principal principal(RoutingContext context) {
        Principal known = context.get(PRINCIPAL);
        if (known == null) {
            throw new IllegalStateException("this route has no rule");
        }
        return known;
    }

    /** What who asks may see. */
    static ProjectScope visible(RoutingContext context) {
        return principal(context).grants().of(Role.READ);
    }

    /** Where who asks may start and cancel jobs. */
    static ProjectScope writable(RoutingContext context) {
        return principal(context).grants().of(Role.ENQUEUE);
    }

    /** For the audit log: which job this request is about. */
    static void about(RoutingContext context, String job, @Nullable String project) {
        context.put(JOB, job);
        context.put(PROJECT, project);
    }

    /** For the audit log: what this request does, where its method does not say. */
    static void does(RoutingContext context, String action) {
        context.put(ACTION, action);
    }

    /** Finds out who asks on a route that does not demand it: the login. */
    static void know(RoutingContext context, Principal principal) {
        context.put(PRINCIPAL, principal);
    }

    /** What a rule does to a request. */
    Handler<RoutingContext> rule(Rule rule) {
        return switch (rule) {
            case OPEN -> RoutingContext::next;
            case ENQUEUE ->
                context -> {
                    audit(context);
                    check(context, rule);
                };
            case KNOWN, READ, READ_ALL, ADMIN -> context -> check(context, rule);
        };
    }

    private void check(RoutingContext context, Rule rule) {
        Future<Authenticator.Verdict> verdict = verdict(context);
        if (verdict.isComplete()) {
            decide(context, rule, verdict.result());
            return;
        }
        // The body must wait until somebody takes it.
        context.request().pause();
        verdict.onComplete(result -> {
            context.request().resume();
            decide(context, rule, result.result());
        });
    }

    private Future<Authenticator.Verdict> verdict(RoutingContext context) {
        if (!authenticator.isRequired()) {
            return Future.succeededFuture(new Authenticator.Known(Principal.ANYBODY));
        }
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            return ofCookie(context);
        }
        var bearer = BEARER.matcher(header);
        return bearer.matches()
                ? authenticator.check(bearer.group(1))
                : Future.succeededFuture(new Authenticator.Refused("write Authorization: Bearer TOKEN"));
    }

    private Future<Authenticator.Verdict> ofCookie(RoutingContext context) {
        String sealed = cookie(context);
        if (sealed == null) {
            return Future.succeededFuture(new Authenticator.Refused(""));
        }
        HttpMethod method = context.request().method();
        boolean safe = HttpMethod.GET.equals(method) || HttpMethod.HEAD.equals(method);
        if (!safe && context.request().getHeader(HttpHeaders.ORIGIN) == null) {
            // Browsers name the page's origin with every write, and the guard has looked at it.
            return Future.succeededFuture(
                    new Authenticator.Refused("a write with a cookie must come from a page: it has no Origin"));
        }
        Optional<Sessions.Session> session = sessions.open(sealed);
        if (session.isEmpty()) {
            return Future.succeededFuture(new Authenticator.Refused("the login is over, log in again"));
        }
        return authenticator
                .check(session.get().token())
                .map(verdict -> verdict instanceof Authenticator.Known(Principal principal)
                        ? new Authenticator.Known(principal.until(session.get().ends()))
                        : verdict);
    }

    /** The value of the login's cookie; null if the request has none. */
    private static @Nullable String cookie(RoutingContext context) {
        Cookie secure = context.request().getCookie(SECURE_COOKIE);
        Cookie cookie = secure == null ? context.request().getCookie(PLAIN_COOKIE) : secure;
        return cookie == null ? null : cookie.getValue();
    }

    /** The name of the cookie; the prefix makes browsers refuse one that another host or a plain connection has set. */
    static String cookieName(boolean secure) {
        return secure ? SECURE_COOKIE : PLAIN_COOKIE;
    }

    /** The page, or the login for whoever must log in before it shows anything. */
    Handler<RoutingContext> orLogin(Handler<RoutingContext> page) {
        return context -> verdict(context).onSuccess(verdict -> {
            if (verdict instanceof Authenticator.Refused) {
                context.response()
                        .setStatusCode(303)
                        .putHeader(HttpHeaders.LOCATION, "/login")
                        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                        .end();
            } else {
                page.handle(context);
            }
        });
    }

    private void decide(RoutingContext context, Rule rule, Authenticator.Verdict verdict) {
        switch (verdict) {
            case Authenticator.Known(Principal principal) -> {
                context.put(PRINCIPAL, principal);
                if (rule.allows(principal.grants())) {
                    context.next();
                } else {
                    Problem.of(403, principal.name() + " lacks " + rule.demand() + ".")
                            .answer(context);
                }
            }
            case Authenticator.Refused(String why) -> refuse(context, why);
            case Authenticator.Unsure(String why) -> Requests.unavailable(context, why);
        }
    }

    private void refuse(RoutingContext context, String why) {
        if (why.isEmpty()) {
            context.response().putHeader(CHALLENGE, "Bearer realm=\"pullcast\"");
            Problem.of(401, "Send a token: Authorization: Bearer TOKEN.").answer(context);
        } else if (context.request().getHeader(HttpHeaders.AUTHORIZATION) == null) {
            // A cookie is sealed and cannot be guessed, and its browser must learn that its login is over.
            refuse(context, why, "cookie", true);
        } else {
            refuse(context, why, "token", failures.count(address(context)));
        }
    }

    /** Refuses a login with a wrong token. */
    void refuseLogin(RoutingContext context, String why) {
        refuse(context, why, "session", failures.count(address(context)));
    }

    /** Counts, writes down and answers. */
    private void refuse(RoutingContext context, String why, String by, boolean tell) {
        metrics.loginsFailed(by).increment();
        if (context.get(AUDITED) == null) {
            audit(context, "login");
        }
        if (!tell) {
            Problem.of(429, "Too many wrong credentials come from this address. Wait, or send a good one.")
                    .answer(context);
            return;
        }
        context.response().putHeader(CHALLENGE, "Bearer realm=\"pullcast\", error=\"invalid_token\"");
        Problem.of(401, why + ".").answer(context);
    }

    private static String address(RoutingContext context) {
        SocketAddress source = context.request().remoteAddress();
        return source == null ? "" : String.valueOf(source.hostAddress());
    }

    private void audit(RoutingContext context) {
        HttpMethod method = context.request().method();
        audit(context, HttpMethod.DELETE.equals(method) ? "cancel" : HttpMethod.PATCH.equals(method) ? "pause" : "job");
    }

    /** Sees to it that what comes of a request is written down. */
    void audit(RoutingContext context, String action) {
        context.put(AUDITED, true);
        context.addEndHandler(result -> write(context, action, result.succeeded()));
    }

    private void write(RoutingContext context, String action, boolean answered) {
        Principal principal = context.get(PRINCIPAL);
        OptionalLong omitted = principal == null ? failures.auditable() : OptionalLong.of(0);
        if (omitted.isEmpty()) {
            return;
        }
        String said = context.get(ACTION);
        HttpServerRequest request = context.request();
        SocketAddress source = request.remoteAddress();
        String forwarded = request.getHeader("X-Forwarded-For");
        int status = answered ? context.response().getStatusCode() : 0;
        AuditLog.write(new AuditLog.Deed(
                clock.instant(),
                said == null ? action : said,
                principal == null ? null : principal.name(),
                principal == null ? null : principal.via().text(),
                source == null ? null : source.hostAddress(),
                forwarded != null && FORWARDED.matcher(forwarded).matches() ? forwarded : null,
                RequestIds.of(context),
                context.get(PROJECT),
                context.get(JOB),
                status,
                AuditLog.outcome(status),
                omitted.getAsLong() == 0 ? null : omitted.getAsLong()));
    }
}
