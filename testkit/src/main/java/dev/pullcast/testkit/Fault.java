// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.util.Map;

/** What a {@link FaultProxy} does to one answer of the server behind it. */
public sealed interface Fault {
    /** Passes the body on no faster than this. */
    record Slow(int bytesPerSecond) implements Fault {}

    /** Resets the connection (RST) after so many bytes of the body. */
    record ResetAfter(long bytes) implements Fault {}

    /** Ends the connection (FIN) after so many bytes of the body, as if that were all. */
    record EndAfter(long bytes) implements Fault {}

    /** Changes the byte at this place of the body, and nothing else. */
    record CorruptAt(long place) implements Fault {}

    /** Says nothing more after so many bytes of the body, and keeps the connection open. */
    record StallAfter(long bytes) implements Fault {}

    /** Answers by itself; the server is not asked. */
    record Answer(int status, Map<String, String> headers, String body) implements Fault {
        /** Settles the headers. */
        public Answer {
            headers = Map.copyOf(headers);
        }

        /** Docker Hub's answer to somebody who pulled too much, in its words. */
        public static Answer tooManyRequests() {
            return new Answer(
                    429,
                    Map.of("Content-Type", "application/json"),
                    "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"You have reached your pull rate limit."
                            + " You may increase the limit by authenticating and upgrading:"
                            + " https://www.docker.com/increase-rate-limit\"}]}");
        }
    }

    /**
     * Wants a bearer token, and gives one under {@code /token} to this user only, as registries do that have a token
     * server.
     */
    record Token(String user, String password) implements Fault {}

    /** Wants this user's name and password with every request, as registries without a token server do. */
    record Basic(String user, String password) implements Fault {}
}
