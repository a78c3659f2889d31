// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells whose a token is. Safe from any thread; what it knows may be replaced while it works. */
public final class Authenticator {
    private static final int MAX_TOKEN = 8_192;
    private static final Verdict UNKNOWN = new Refused("the token is not known here");

    private final InstantSource clock;
    private final boolean required;
    private volatile @Nullable StaticTokens tokens;
    private volatile @Nullable Trusted trusted;

    private record Trusted(JwtTokens tokens, Supplier<Future<KeyFetcher.Outcome>> refresh) {
        /** Whose it is, with the keys as they are after looking for new ones. */
        Verdict check(String token, KeyFetcher.Outcome outcome) {
            return outcome == KeyFetcher.Outcome.FETCHED || !tokens.wantsNewKey(token)
                    ? tokens.check(token)
                    : new Unsure(
                            outcome == KeyFetcher.Outcome.TOO_MANY
                                    ? "too many requests wait for the keys that sign tokens, try again"
                                    : "the key that signed this token is not known and the issuer's keys cannot be"
                                            + " fetched now, try again");
        }
    }

    /** One that knows nobody yet. */
    public Authenticator(InstantSource clock, boolean required) {
        this.clock = clock;
        this.required = required;
    }

    /** What came of a token. */
    public sealed interface Verdict {}

    /** It is good. */
    public record Known(Principal principal) implements Verdict {}

    /**
     * It is not.
     *
     * @param why for whoever sent it; tells nothing of the token; empty where none was sent
     */
    public record Refused(String why) implements Verdict {}

    /** That cannot be told now. */
    public record Unsure(String why) implements Verdict {}

    /** Whether anybody must say who they are. */
    public boolean isRequired() {
        return required;
    }

    /** From now on these count. */
    public void replace(StaticTokens now) {
        tokens = now;
    }

    /**
     * Signed tokens count, too.
     *
     * @param refresh looks for new keys
     */
    void trust(JwtTokens signed, Supplier<Future<KeyFetcher.Outcome>> refresh) {
        trusted = new Trusted(signed, refresh);
    }

    /** Looks at a token. The future is complete already unless keys must be fetched; it never fails. */
    public Future<Verdict> check(String token) {
        if (token.length() > MAX_TOKEN) {
            return Future.succeededFuture(new Refused("a token has at most " + MAX_TOKEN + " characters"));
        }
        Trusted signed = trusted;
        if (signed != null && JwtTokens.isOne(token)) {
            return signed.tokens().wantsNewKey(token)
                    ? signed.refresh().get().map(outcome -> signed.check(token, outcome))
                    : Future.succeededFuture(signed.tokens().check(token));
        }
        StaticTokens known = tokens;
        return Future.succeededFuture(
                known == null ? UNKNOWN : known.find(token).map(this::inTime).orElse(UNKNOWN));
    }

    private Verdict inTime(Principal principal) {
        return principal.isExpired(clock.instant()) ? new Refused("the token has expired") : new Known(principal);
    }

    /** Whether what somebody proved still holds: it has not expired and was not taken away. */
    public boolean isAlive(Principal principal) {
        if (principal.isExpired(clock.instant())) {
            return false;
        }
        StaticTokens known = tokens;
        Trusted signed = trusted;
        return switch (principal.via()) {
            case NOTHING -> true;
            case JWT -> signed != null && signed.tokens().hasKey(principal.key());
            case TOKEN -> known != null && known.has(principal);
        };
    }
}
