// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import io.netty.util.internal.PlatformDependent;

/** Memory outside of the heap that sockets are written from and read into. */
public final class DirectMemory {
    /** Bytes below which Netty cannot get what it asks for at once. */
    private static final long SPARE = 1024 * 1024;

    private DirectMemory() {}

    /** What is wrong with it; empty if nothing. */
    public static String problem() {
        long used = PlatformDependent.usedDirectMemory();
        long most = PlatformDependent.maxDirectMemory();
        return used >= 0 && used + SPARE > most
                ? "direct memory is used up: " + used + " of " + most + " bytes (io.netty.maxDirectMemory)"
                : "";
    }
}
