// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

/** What an engine sent is no stream of JSON objects. The message says what, where, and what stood there; it is short and printable. */
public final class DecodeException extends Exception {
    private static final long serialVersionUID = 1L;

    DecodeException(String message) {
        super(message);
    }
}
