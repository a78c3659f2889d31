// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import java.math.BigDecimal;
import java.time.Duration;

/** Durations as Go's {@code time.Duration} writes them: {@code 3.539696838s}, {@code 1m0.5s}, {@code 250ms}, {@code 0s}. */
final class GoDuration {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    private GoDuration() {}

    static String text(Duration duration) {
        long nanos = Math.max(0, duration.toNanos());
        if (nanos == 0) {
            return "0s";
        }
        if (nanos < MICRO) {
            return nanos + "ns";
        }
        if (nanos < MILLI) {
            return in(MICRO, nanos) + "µs";
        }
        if (nanos < SECOND) {
            return in(MILLI, nanos) + "ms";
        }
        long hours = nanos / (3600 * SECOND);
        long minutes = nanos / (60 * SECOND) % 60;
        String seconds = in(SECOND, nanos % (60 * SECOND)) + "s";
        return hours > 0 ? hours + "h" + minutes + "m" + seconds : minutes > 0 ? minutes + "m" + seconds : seconds;
    }

    private static String in(long unit, long nanos) {
        BigDecimal exact = BigDecimal.valueOf(nanos).divide(BigDecimal.valueOf(unit));
        return exact.signum() == 0 ? "0" : exact.stripTrailingZeros().toPlainString();
    }
}
