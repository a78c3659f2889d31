// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which texts are ids of jobs: a ULID in upper case or a UUID of version 7 in lower case, so that one id has one
 * spelling and ids sort by time. Sources: github.com/ulid/spec, RFC 9562 section 5.7.
 */
public final class JobId {
    private static final int ULID_LENGTH = 26;
    private static final int UUID_LENGTH = 36;
    private static final Pattern ULID = Pattern.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}");
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private JobId() {}

    /** A fresh id: a UUIDv7 of that moment. */
    public static String next(Instant now) {
        long high = now.toEpochMilli() << 16 | 0x7000 | Randomness.SOURCE.nextInt(1 << 12);
        long low = Randomness.SOURCE.nextLong() >>> 2 | 1L << 63;
        return new java.util.UUID(high, low).toString();
    }

    /** What keeps a text from being a job's id, as the end of a sentence that begins with "it"; null for a good id. */
    public static @Nullable String problemWith(String id) {
        return switch (id.length()) {
            case 0 -> "is empty";
            case ULID_LENGTH -> problemWithUlid(id);
            case UUID_LENGTH -> problemWithUuid(id);
            default ->
                "has " + id.length() + " characters; a ULID has " + ULID_LENGTH + " and a UUIDv7 has " + UUID_LENGTH;
        };
    }

    private static @Nullable String problemWithUlid(String id) {
        if (ULID.matcher(id).matches()) {
            return null;
        }
        if (id.chars().anyMatch(c -> c >= 'a' && c <= 'z')) {
            return "has lower-case letters; a ULID is written in upper case";
        }
        if (id.charAt(0) > '7' && id.charAt(0) <= 'Z') {
            return "is above the largest ULID, which begins with 7";
        }
        return "has a character that no ULID has (allowed are 0-9 and A-Z without I, L, O and U)";
    }

    private static @Nullable String problemWithUuid(String id) {
        if (!UUID.matcher(id).matches()) {
            return id.chars().anyMatch(c -> c >= 'A' && c <= 'Z')
                    ? "has upper-case letters; a UUID is written in lower case"
                    : "is not a UUID (hex digits in groups of 8-4-4-4-12)";
        }
        if (id.charAt(14) != '7') {
            return "is a UUID of version " + id.charAt(14) + "; version 7 is needed";
        }
        return "89ab".indexOf(id.charAt(19)) < 0 ? "is a UUID of another variant than RFC 9562's" : null;
    }

    /** Costs time at its first use, which those who only check ids do without. */
    private static final class Randomness {
        static final SecureRandom SOURCE = new SecureRandom();
    }
}
