// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a decoder made of a body. That it threw nothing but at most one {@link DecodeException} is checked on the way.
 *
 * @param failed whether it gave up
 */
record Decoded(List<EngineMessage> messages, boolean failed) {
    static Decoded whole(byte[] body) {
        return cut(body, List.of(Math.max(1, body.length)));
    }

    /** Pieces of these sizes, over and over. */
    static Decoded cut(byte[] body, List<Integer> sizes) {
        List<EngineMessage> messages = new ArrayList<>();
        EngineMessageDecoder decoder = new EngineMessageDecoder(messages::add);
        boolean failed = false;
        // A decoder may keep nothing of the array that it is given.
        byte[] read = new byte[body.length];
        int piece = 0;
        for (int from = 0; from < body.length; ) {
            int to = Math.min(body.length, from + sizes.get(piece++ % sizes.size()));
            try {
                System.arraycopy(body, from, read, 0, to - from);
                decoder.feed(read, 0, to - from);
            } catch (DecodeException e) {
                failed = once(failed, e);
            }
            Arrays.fill(read, 0, to - from, (byte) '!');
            from = to;
        }
        try {
            decoder.end();
        } catch (DecodeException e) {
            failed = once(failed, e);
        }
        return new Decoded(messages, failed);
    }

    private static boolean once(boolean failedBefore, DecodeException e) {
        if (failedBefore) {
            throw new AssertionError("a second failure", e);
        }
        return true;
    }

    /**
     * Repeats a pattern after a beginning until the decoder has given up or has taken more than the longest message.
     *
     * @return the most bytes that it took in a row without giving a message or giving up
     */
    static long longestSilence(byte[] begin, byte[] pattern) {
        long[] fed = new long[2];
        EngineMessageDecoder decoder = new EngineMessageDecoder(_ -> fed[1] = fed[0]);
        long longest = 0;
        try {
            decoder.feed(begin, 0, begin.length);
            while (pattern.length > 0 && fed[0] < EngineMessageDecoder.MAX_UNCUT_BYTES + (1L << 18)) {
                fed[0] += pattern.length;
                decoder.feed(pattern, 0, pattern.length);
                longest = Math.max(longest, fed[0] - fed[1]);
            }
        } catch (DecodeException e) {
            // That is the other way to keep memory bounded.
        }
        return longest;
    }
}
