// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Jobs on their way into Kafka that the feed has not read yet, by project: without them, requests that come at the same
 * moment would all find room. Shared by the event loops of a process.
 *
 * @param most jobs of one project that have not ended
 * @param entering how many of each project are on their way
 */
record JobLoad(int most, ConcurrentHashMap<String, Integer> entering) {
    /** With nothing on its way. */
    static JobLoad of(int most) {
        return new JobLoad(most, new ConcurrentHashMap<>());
    }

    /** Lets one in if there is room beside those that go on already; who is let in must {@link #leave}. */
    boolean enter(@Nullable String project, int goingOn) {
        boolean[] entered = {false};
        entering.compute(nameOf(project), (_, before) -> {
            int now = before == null ? 0 : before;
            entered[0] = goingOn + now < most;
            if (!entered[0]) {
                return before;
            }
            return now + 1;
        });
        return entered[0];
    }

    void leave(@Nullable String project) {
        entering.computeIfPresent(nameOf(project), (_, now) -> now == 1 ? null : now - 1);
    }

    private static String nameOf(@Nullable String project) {
        return project == null ? "" : project;
    }
}
