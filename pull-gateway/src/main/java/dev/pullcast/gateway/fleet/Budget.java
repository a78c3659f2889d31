// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

/** Bytes that an answer may still take. Used by one thread. */
final class Budget {
    private long left;

    Budget(long bytes) {
        this.left = bytes;
    }

    /** Takes so many; false, and nothing is taken, if they are not there. */
    boolean take(long bytes) {
        if (bytes > left) {
            return false;
        }
        left -= bytes;
        return true;
    }

    boolean has(long bytes) {
        return bytes <= left;
    }
}
