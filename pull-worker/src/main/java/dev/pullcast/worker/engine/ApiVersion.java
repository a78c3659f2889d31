// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A version of the Docker Engine API, as in the paths {@code /v1.41/…}. */
record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
    /** The newest that this client was written for. */
    static final ApiVersion OWN = new ApiVersion(1, 51);
    /** Docker's own fallback for engines that do not say theirs. */
    static final ApiVersion FALLBACK = new ApiVersion(1, 24);

    private static final Pattern FORM = Pattern.compile("v?(\\d{1,3})\\.(\\d{1,3})");

    /** The lower of the engine's version and our own. */
    static ApiVersion negotiate(@Nullable String engines) {
        Matcher matcher = FORM.matcher(engines == null ? "" : engines.strip());
        if (!matcher.matches()) {
            return FALLBACK;
        }
        ApiVersion its = new ApiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
        return its.compareTo(OWN) < 0 ? its : OWN;
    }

    @Override
    public int compareTo(ApiVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
