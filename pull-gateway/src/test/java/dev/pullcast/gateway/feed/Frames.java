// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.gateway.fleet.Subject;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Frames for tests, told apart by their offset in partition 0. */
public final class Frames {
    private Frames() {}

    /** Progress of something. */
    public static SseFrame progress(long offset, Object of) {
        return frame(offset, "layer", of, false, false);
    }

    /** A step on the way. */
    public static SseFrame step(long offset) {
        return frame(offset, "pull.started", null, false, false);
    }

    /** The end of a pull. */
    public static SseFrame terminal(long offset) {
        return frame(offset, "pull.succeeded", null, true, false);
    }

    /** The end of the job. */
    public static SseFrame end(long offset) {
        return frame(offset, "job.completed", null, true, true);
    }

    private static SseFrame frame(
            long offset, String type, @Nullable Object supersedes, boolean terminal, boolean endsJob) {
        SseFrame.Meta meta = new SseFrame.Meta(0, offset, Subject.ofJob("j", "p"), type, supersedes, terminal, endsJob);
        byte[] id =
                new Cursor.Everywhere("abcde", Positions.of(offset + 1)).text().getBytes(StandardCharsets.US_ASCII);
        return SseFrame.of(meta, id, "abcde", ("{\"n\":" + offset + "}").getBytes(StandardCharsets.US_ASCII));
    }
}
