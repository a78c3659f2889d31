// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

/** Kafka has removed events that somebody was about to read: they were too old, or their topic is another one now. */
public final class EventsRemoved extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Loss why;

    /** For this reason. */
    public EventsRemoved(Loss why, String message) {
        super(message, null, false, false);
        this.why = why;
    }

    /** Why they are gone. */
    public Loss why() {
        return why;
    }
}
