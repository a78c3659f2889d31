// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

/** A stream that was opened, for those who may have to end it. Used on its event loop. */
public interface OpenStream {
    /** Whether it has ended. */
    boolean isClosed();

    /**
     * Ends it with an {@code error} event, because whoever reads it may not any longer.
     *
     * @param status of HTTP that a request would be answered with now
     * @param title why, for a person
     */
    void refuse(int status, String title);
}
