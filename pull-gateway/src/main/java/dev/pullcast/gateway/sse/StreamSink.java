// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

/** Where a stream's bytes go: an HTTP response, or a test. Used on one event loop. */
public interface StreamSink {
    /** Sends; never waits. The bytes may be closed after it. */
    void write(SharedBytes bytes);

    /** Whether so much waits to be sent that more should be held back. */
    boolean isFull();

    /** Called whenever it is no longer full, perhaps within a write. */
    void onDrain(Runnable action);

    /** Called once when the other side has gone or the stream has ended. */
    void onClose(Runnable action);

    /** Ends the stream cleanly. */
    void end();

    /** Cuts the connection without sending what waits. */
    void abort();
}
