// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param name for people and the audit log
 * @param via how it was proved
 * @param grants what it may do
 * @param expires when that ends, UTC; null for never
 * @param credential tells credentials apart, and tells nobody what they are: a SHA-256, or empty without one
 * @param key that signed it: its thumbprint (RFC 7638); empty where none did
 */
public record Principal(
        String name, Via via, Grants grants, @Nullable Instant expires, String credential, String key) {
    /** One that no key signed. */
    public Principal(String name, Via via, Grants grants, @Nullable Instant expires, String credential) {
        this(name, via, grants, expires, credential, "");
    }

    /** Whoever reaches a gateway that asks for no credentials. */
    public static final Principal ANYBODY = new Principal("anybody", Via.NOTHING, Grants.ALL, null, "");

    /** How somebody proved who it is. */
    public enum Via {
        /** The gateway asks nobody. */
        NOTHING("nothing"),
        /** A token of the gateway's own file. */
        TOKEN("token"),
        /** A signed token of somebody whom the gateway trusts. */
        JWT("jwt");

        private final String text;

        Via(String text) {
            this.text = text;
        }

        /** As it stands in the audit log. */
        public String text() {
            return text;
        }
    }

    /** Whether its time is over. */
    public boolean isExpired(Instant now) {
        return expires != null && !expires.isAfter(now);
    }

    /** The same until an earlier time. */
    public Principal until(Instant end) {
        return expires != null && expires.isBefore(end) ? this : new Principal(name, via, grants, end, credential, key);
    }
}
