// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.sealed.SealingException;
import dev.pullcast.contract.sealed.SealingKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * What a browser's cookie holds: the token that was logged in with, sealed, and when that ends. No gateway keeps a list
 * of sessions: one works wherever the key is known, and ends with its token. Safe from any thread.
 */
public final class Sessions {
    private static final String KIND = "pullcast-session";
    /** Browsers keep no cookie above 4096 bytes, its name and attributes included. */
    private static final int MAX_COOKIE = 3_800;

    private final InstantSource clock;
    private final Duration longest;
    private volatile SealingKeys keys = SealingKeys.ofThisProcess();

    /** With a key of its own until it is given others. */
    public Sessions(InstantSource clock, Duration longest) {
        this.clock = clock;
        this.longest = longest;
    }

    /**
     * What a cookie holds.
     *
     * @param token that was logged in with
     * @param ends UTC
     */
    public record Session(String token, Instant ends) {
        @Override
        public String toString() {
            return "Session[until " + ends + "]";
        }
    }

    /** From now on these keys count. */
    public void replace(SealingKeys now) {
        keys = now;
    }

    /** A session for somebody with this token: no longer than the token itself. */
    public Session begin(String token, Principal principal) {
        Instant end = clock.instant().plus(longest);
        return new Session(
                token, principal.expires() != null && principal.expires().isBefore(end) ? principal.expires() : end);
    }

    /** The value of its cookie; empty if it were too long for one. */
    public Optional<String> seal(Session session) {
        String sealed = keys.seal(ContractJson.write(session), KIND);
        return sealed.length() > MAX_COOKIE ? Optional.empty() : Optional.of(sealed);
    }

    /** What a cookie holds; empty if it is none of ours, was changed or is over. */
    public Optional<Session> open(String cookie) {
        try {
            Session session = ContractJson.mapper().readValue(keys.open(cookie, KIND), Session.class);
            return session.ends().isAfter(clock.instant()) ? Optional.of(session) : Optional.empty();
        } catch (SealingException | JacksonException e) {
            return Optional.empty();
        }
    }
}
