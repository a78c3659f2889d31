// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.util.Map;

/** One thing that a scripted engine does on a connection, good or bad. */
public sealed interface EngineAct {
    /**
     * Sends status line and headers.
     *
     * @param chunked whether what follows is framed in HTTP chunks; else {@code headers} must say the length
     */
    record Head(int status, String reason, Map<String, String> headers, boolean chunked) implements EngineAct {}

    /** Sends a part of the body: one HTTP chunk if the body is chunked. */
    record Say(Bytes bytes) implements EngineAct {}

    /** Sends a part of the body in chunks of {@code size} bytes, each written to the socket by itself. */
    record Split(Bytes bytes, int size) implements EngineAct {}

    /** Sends bytes past all framing: what comes out is no HTTP any more. */
    record Garble(Bytes bytes) implements EngineAct {}

    /** Sends {@code pattern} again and again, without a line end, until {@code atMost} bytes or until the client leaves. */
    record Endless(Bytes pattern, long atMost) implements EngineAct {}

    /** Goes on when the gate opens, or never. */
    record Pause(Gate gate) implements EngineAct {}

    /** Does something else in between: changes what the engine holds, or tells the test. */
    record Effect(Runnable effect) implements EngineAct {}

    /** Ends the body as HTTP wants it. */
    record End() implements EngineAct {}

    /** Closes the connection, without the end of the body. */
    record Cut() implements EngineAct {}

    /** Says nothing more, and keeps the connection open until the client leaves or the engine closes. */
    record Stall() implements EngineAct {}
}
