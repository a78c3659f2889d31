// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.gateway.feed.Cursor;
import java.time.Instant;

/**
 * What a client asked for, all of it known to be good.
 *
 * @param scope all jobs or one
 * @param filter what it wants
 * @param start where it wants to begin
 */
public record StreamRequest(Scope scope, StreamFilter filter, Start start) {
    /** Which kind of stream; decides what its ids look like. */
    public sealed interface Scope {}

    /** All jobs; ids are positions in every partition. */
    public record Firehose() implements Scope {}

    /** One job; ids are positions in its partition, and the stream ends with the job. */
    public record OneJob(String id, int partition) implements Scope {}

    /** Where to begin. */
    public sealed interface Start {}

    /** With a snapshot of now. */
    public record Fresh() implements Start {}

    /** Where the client was. */
    public record Resume(Cursor cursor) implements Start {}

    /** With the first event at or after a time. */
    public record Since(Instant time) implements Start {}

    /** Whether the stream ends with its job. */
    boolean isOneJob() {
        return scope instanceof OneJob;
    }
}
