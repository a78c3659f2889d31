// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

/** What is under way in this process, counted for all of its event loops. */
public final class Load {
    private final JobLoad jobs;
    private final AddressCount addresses = new AddressCount();

    /** With nothing under way. */
    public Load(RequestLimits limits) {
        this.jobs = JobLoad.of(limits.maxJobs());
    }

    JobLoad jobs() {
        return jobs;
    }

    AddressCount addresses() {
        return addresses;
    }
}
