// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

/** What becomes of a stream whose head has been sent, once it can be told. */
public sealed interface Opening {
    /** It shows this. */
    record Show(StreamRequest request) implements Opening {}

    /** It ends with an {@code error} event: what a request would have been answered with. */
    record Refuse(int status, String title) implements Opening {}

    /** It ends; nothing follows what the client has. */
    record Over() implements Opening {}
}
