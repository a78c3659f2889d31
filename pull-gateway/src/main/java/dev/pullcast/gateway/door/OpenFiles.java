// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Files that this process has open, connections among them, and how many it may have. */
public final class OpenFiles {
    private OpenFiles() {}

    /** How many it may have; the largest number where the system does not say. */
    public static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /** How many it has; 0 where the system does not say. */
    public static long now() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }
}
