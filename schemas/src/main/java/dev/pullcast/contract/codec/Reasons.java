// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import dev.pullcast.contract.text.VisibleText;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with one job, in the order found. Bounded, because each reason becomes part of an event. Used by one
 * thread, for one job.
 */
final class Reasons {
    private static final int MOST = 20;
    private static final int LONGEST_QUOTE = 80;

    private final List<String> found = new ArrayList<>();
    private int more;

    /** Adds a sentence about a field. */
    void add(String field, String what) {
        if (found.size() < MOST) {
            found.add(field + ": " + what);
        } else {
            more++;
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    List<String> toList() {
        List<String> all = new ArrayList<>(found);
        if (more > 0) {
            all.add("and " + more + " more");
        }
        return List.copyOf(all);
    }

    /** A value as it may stand in a message: short, on one line. Never used for anything that may be a secret. */
    static String quote(String value) {
        String line = value.codePoints()
                .limit(LONGEST_QUOTE)
                .map(c -> VisibleText.isUnsafe(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return "'" + line + (line.length() < value.length() ? "…'" : "'");
    }
}
