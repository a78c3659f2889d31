// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.door.AddressCount;
import dev.pullcast.gateway.door.Connections;
import dev.pullcast.gateway.door.OpeningRate;
import dev.pullcast.gateway.tenants.FleetKey;
import dev.pullcast.gateway.tenants.QuotaMeter;
import dev.pullcast.gateway.tenants.TenantRules;
import org.jspecify.annotations.Nullable;

/** What is under way in this process, counted for all of its event loops. */
public final class Load {
    private final JobLoad jobs;
    private final QuotaMeter meter;
    private final TenantRules tenants;
    private volatile @Nullable FleetKey fleetKey;
    private final AddressCount addresses = new AddressCount();

    private final Connections connections;
    private final OpeningRate openings;

    /** With nothing under way. */
    public Load(RequestLimits limits, Connections connections) {
        this.jobs = new JobLoad(limits.maxJobs(), limits.stateBytes(), limits.tenants());
        this.meter = new QuotaMeter(limits.tenants().quotas(), 1);
        this.tenants = limits.tenants();
        this.connections = connections;
        this.openings = new OpeningRate(connections.settings().openingsPerMinute());
    }

    OpeningRate openings() {
        return openings;
    }

    Connections connections() {
        return connections;
    }

    JobLoad jobs() {
        return jobs;
    }

    /** The key that ids of jobs are made with; null before Kafka has answered. */
    @Nullable
    FleetKey fleetKey() {
        return fleetKey;
    }

    /** Takes the key, once Kafka has answered. */
    public void learn(FleetKey key) {
        fleetKey = key;
    }

    QuotaMeter meter() {
        return meter;
    }

    TenantRules tenants() {
        return tenants;
    }

    AddressCount addresses() {
        return addresses;
    }
}
