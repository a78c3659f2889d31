// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import tools.jackson.core.JacksonException;

/** Words for a record that cannot be read, without what stands in it. */
final class Unreadable {
    private Unreadable() {}

    static String words(RuntimeException problem) {
        return problem instanceof JacksonException json
                ? json.getOriginalMessage()
                : problem.getClass().getSimpleName();
    }
}
