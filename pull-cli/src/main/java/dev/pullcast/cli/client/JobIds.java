// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/** Ids for jobs that this program makes: UUIDv7 (RFC 9562, section 5.7), so that they sort by time. */
public final class JobIds {
    private static final SecureRandom RANDOM = new SecureRandom();

    private JobIds() {}

    /** A fresh id. */
    public static String next(Instant now) {
        long high = now.toEpochMilli() << 16 | 0x7000 | RANDOM.nextInt(1 << 12);
        long low = RANDOM.nextLong() >>> 2 | 1L << 63;
        return new UUID(high, low).toString();
    }
}
