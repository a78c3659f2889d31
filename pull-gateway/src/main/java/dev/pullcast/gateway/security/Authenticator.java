// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells whose a token is. Safe from any thread; what it knows may be replaced while it works. */
public final class Authenticator {
    private static final Verdict UNKNOWN = new Refused("the token is not known here");

    private final InstantSource clock;
    private final boolean required;
    private volatile @Nullable StaticTokens tokens;
    private volatile @Nullable Trusted trusted;

    private record Trusted(JwtTokens tokens, Supplier<Future<Void>> refresh) {}

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
    void trust(JwtTokens signed, Supplier<Future<Void>> refresh) {
        trusted = new Trusted(signed, refresh);
    }

    /** Looks at a token. The future is complete already unless keys must be fetched; it never fails. */
    public Future<Verdict> check(String token) {
        Trusted signed = trusted;
        if (signed != null && JwtTokens.isOne(token)) {
            return signed.tokens().wantsNewKey(token)
                    ? signed.refresh().get().compose(_ -> signed.tokens().check(token))
                    : signed.tokens().check(token);
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
        return switch (principal.via()) {
            case NOTHING, JWT -> true;
            case TOKEN -> known != null && known.has(principal);
        };
    }
}
