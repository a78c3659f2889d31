// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

/** Kafka has removed events that somebody was about to read: they were older than the topic keeps. */
public final class EventsRemoved extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EventsRemoved(String message) {
        super(message, null, false, false);
    }
}
