// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.contract.job.JobId;
import java.time.Instant;

/** Ids for jobs that this program makes: UUIDv7 (RFC 9562, section 5.7), so that they sort by time. */
public final class JobIds {
    private JobIds() {}

    /** A fresh id. */
    public static String next(Instant now) {
        return JobId.next(now);
    }
}
