// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One answer of a real engine, as {@code recordings/README.md} describes it.
 *
 * @param name the first word is the engine
 * @param request method and path with query, as sent
 * @param status of HTTP
 * @param reason of HTTP
 * @param headers as received, names in their own case
 * @param body without HTTP chunking
 * @param chunks the HTTP chunks that made up the body of a stream, in order; empty where it was not chunked
 * @param endedProperly whether the body ended as HTTP wants it; else the engine died or the client left
 */
public record Recording(
        String name,
        String request,
        int status,
        String reason,
        Map<String, String> headers,
        Bytes body,
        List<Chunk> chunks,
        boolean endedProperly) {

    /**
     * One HTTP chunk.
     *
     * @param at time since the request was sent
     * @param bytes of the body
     */
    public record Chunk(Duration at, int bytes) {}

    /** Whether it is a stream of messages, not a single error. */
    public boolean isStream() {
        return status == 200;
    }

    @Override
    public String toString() {
        return name;
    }
}
