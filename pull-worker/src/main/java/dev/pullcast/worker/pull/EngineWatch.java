// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What all pulls of one engine know together: when a byte last arrived anywhere, and which registries asked for a pause.
 * All fields belong to the worker's context.
 */
public final class EngineWatch {
    /** Pulls that waited for a registry come back spread over this time, not all at once. */
    private static final Duration SPREAD = Duration.ofSeconds(5);

    /** Names of registries come from jobs, so a stranger decides how many there are. */
    static final int MAX_PAUSED_REGISTRIES = 1_000;
    /** How long comes from the registry. */
    static final Duration MAX_PAUSE = Duration.ofHours(1);

    private final Map<String, Instant> pausedUntil = new HashMap<>();
    private final PresentImages present;
    private Instant lastByteAt = Instant.EPOCH;

    /** For one user: all are told of every image. */
    public EngineWatch() {
        this(PresentImages.toldToAll());
    }

    /** For many projects. */
    public EngineWatch(PresentImages present) {
        this.present = present;
    }

    /** What is known of the images on the engine. */
    PresentImages present() {
        return present;
    }

    /** A byte arrived for some pull. */
    void onByte(Instant at) {
        if (at.isAfter(lastByteAt)) {
            lastByteAt = at;
        }
    }

    /** When a byte last arrived for any pull. */
    Instant lastByteAt() {
        return lastByteAt;
    }

    /**
     * A registry asked for a pause. Of more than {@value #MAX_PAUSED_REGISTRIES} the one whose pause ends first is asked
     * again early.
     */
    void pause(String registry, Instant until, Instant now) {
        Instant end = until.isAfter(now.plus(MAX_PAUSE)) ? now.plus(MAX_PAUSE) : until;
        pausedUntil.merge(registry, end, (a, b) -> a.isAfter(b) ? a : b);
        if (pausedUntil.size() > MAX_PAUSED_REGISTRIES) {
            pausedUntil.values().removeIf(over -> !over.isAfter(now));
        }
        if (pausedUntil.size() > MAX_PAUSED_REGISTRIES) {
            pausedUntil.entrySet().stream()
                    .min(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .ifPresent(pausedUntil::remove);
        }
    }

    /** Registries that are remembered, for tests. */
    int pausedRegistries() {
        return pausedUntil.size();
    }

    /** Whether the registry asked for a pause that is not over. */
    boolean isPaused(String registry, Instant now) {
        Instant until = pausedUntil.get(registry);
        return until != null && until.isAfter(now);
    }

    /**
     * How long a pull from the registry has to wait, with jitter.
     *
     * @return null if it may start now
     */
    @Nullable
    Duration waitFor(String registry, Instant now, RandomGenerator random) {
        Instant until = pausedUntil.get(registry);
        if (until == null || !until.isAfter(now)) {
            pausedUntil.remove(registry);
            return null;
        }
        return Duration.between(now, until).plusMillis(random.nextLong(SPREAD.toMillis()));
    }
}
