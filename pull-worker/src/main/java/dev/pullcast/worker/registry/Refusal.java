// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import java.util.Locale;

/** The kinds of reasons for which a question to a registry has no answer; each is a value of the metric's label. */
public enum Refusal {
    /** The registry, or its token server, is at an address that it may not be at. */
    ADDRESS,
    /** Too many questions are asked already. */
    BUSY,
    /** The login is missing, wrong, or of a kind that only the engine can use. */
    LOGIN,
    /** The registry asks for fewer requests. */
    LIMITED,
    /** The answer is no HTTP, or HTTP that nobody should write. */
    MALFORMED,
    /** The manifest or the token is not what it should be. */
    CONTENT,
    /** There is no such image. */
    NOT_FOUND,
    /** The token server may not get this login. */
    REALM,
    /** The answer sends to another place. */
    REDIRECT,
    /** Another status than 200. */
    STATUS,
    /** The answer, or a part of it, is larger than it may be. */
    TOO_LARGE,
    /** The answer was not complete within the time. */
    TOO_LATE,
    /** No connection, or one that broke. */
    UNREACHABLE;

    /** The value of the metric's label. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
