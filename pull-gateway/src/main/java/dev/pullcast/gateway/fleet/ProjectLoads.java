// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Sums over the kept jobs, by project and in all. Owned by the thread of its {@link FleetView}. */
final class ProjectLoads {
    private final Map<String, ProjectLoad> byProject = new HashMap<>();
    private ProjectLoad open = ProjectLoad.NONE;
    private long bytes;

    /**
     * What a job counts for now.
     *
     * @param owners its projects; {@code ""} for none
     * @param load of a job that goes on; {@link ProjectLoad#NONE} for another
     * @param bytes of memory
     */
    record Counted(Set<String> owners, ProjectLoad load, long bytes) {
        static final Counted NOTHING = new Counted(Set.of(), ProjectLoad.NONE, 0);
    }

    /** Counts what became of a job. */
    void replace(Counted before, Counted now) {
        bytes += now.bytes() - before.bytes();
        open = open.minus(before.load()).plus(now.load());
        if (before.load().jobs() > 0) {
            before.owners().forEach(owner -> add(owner, ProjectLoad.NONE.minus(before.load())));
        }
        if (now.load().jobs() > 0) {
            now.owners().forEach(owner -> add(owner, now.load()));
        }
    }

    private void add(String owner, ProjectLoad more) {
        byProject.merge(owner, more, (a, b) -> {
            ProjectLoad sum = a.plus(b);
            return sum.jobs() == 0 ? null : sum;
        });
    }

    ProjectLoad of(String owner) {
        return byProject.getOrDefault(owner, ProjectLoad.NONE);
    }

    /** Of all jobs that go on, each once. */
    ProjectLoad open() {
        return open;
    }

    /** Memory of all kept jobs. */
    long bytes() {
        return bytes;
    }
}
