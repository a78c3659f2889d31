// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.image.ImageReference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which worker was seen with which image: the newest end of a pull that left it there. It outlives the jobs, and is
 * bounded: what was seen longest ago is forgotten first. Owned by the thread of its {@link FleetView}.
 */
final class ImageIndex {
    private static final int MAX_ENTRIES = 100_000;
    /** About twice what entries of ordinary names take. */
    private static final long MAX_BYTES = 48L * 1024 * 1024;

    private static final int ENTRY = 300;

    /** Of two at the same moment it is the same one in whatever order they are read. */
    private static final Comparator<Sighting> NEWEST =
            Comparator.comparing(Sighting::at).thenComparing(s -> s.subject().job());

    private final Map<Key, Sighting> sightings = new LinkedHashMap<>();
    private final Map<String, Set<Key>> byRepository = new HashMap<>();

    private long bytes;

    private record Key(
            String repository,
            @Nullable String tag,
            String worker,
            @Nullable String platform,
            @Nullable String project) {}

    /**
     * An image on a worker.
     *
     * @param subject of the pull that tells
     * @param platform as asked for; null for the engine's own
     * @param digest that the worker found
     * @param at when, UTC
     */
    record Sighting(Subject subject, @Nullable String platform, String digest, Instant at) {}

    void saw(PullOrigin origin, Subject subject, @Nullable String digest) {
        if (digest == null) {
            return;
        }
        ImageReference reference;
        try {
            reference = ImageReference.parse(origin.reference());
        } catch (ImageReference.InvalidReference e) {
            // Another producer's events; who asks for images could not name it.
            return;
        }
        Key key = new Key(repository(reference), reference.tag(), origin.worker(), origin.platform(), origin.project());
        Sighting before = remove(key);
        Sighting now = new Sighting(subject, origin.platform(), digest, origin.time());
        Sighting newest = before != null && NEWEST.compare(before, now) > 0 ? before : now;
        sightings.put(key, newest);
        bytes += bytes(key, newest);
        byRepository
                .computeIfAbsent(key.repository(), _ -> new LinkedHashSet<>())
                .add(key);
        while (sightings.size() > MAX_ENTRIES || bytes > MAX_BYTES) {
            forget(sightings.keySet().iterator().next());
        }
    }

    /** Forgets what was seen on a worker before it removed an image, whichever project's pull told of it. */
    void removed(PullEvent.ImageRemoved event) {
        ImageReference reference;
        try {
            reference = ImageReference.parse(event.reference());
        } catch (ImageReference.InvalidReference e) {
            return;
        }
        for (Key key : List.copyOf(byRepository.getOrDefault(repository(reference), Set.of()))) {
            Sighting sighting = sightings.get(key);
            if (sighting != null
                    && key.worker().equals(event.worker())
                    && !sighting.at().isAfter(event.time())
                    && (reference.tag() == null
                            ? sighting.digest().equals(reference.digest())
                            : reference.tag().equals(key.tag()))) {
                forget(key);
            }
        }
    }

    private @Nullable Sighting remove(Key key) {
        Sighting before = sightings.remove(key);
        bytes -= before == null ? 0 : bytes(key, before);
        return before;
    }

    private static long bytes(Key key, Sighting sighting) {
        return ENTRY
                + Weight.of(key.repository())
                + Weight.of(key.tag())
                + Weight.of(key.worker())
                + Weight.of(sighting.digest())
                + sighting.subject().images().stream().mapToLong(Weight::of).sum();
    }

    private void forget(Key key) {
        remove(key);
        Set<Key> others = byRepository.get(key.repository());
        if (others != null && others.remove(key) && others.isEmpty()) {
            byRepository.remove(key.repository());
        }
    }

    /** Who was seen with it, by worker: with its digest if the reference has one, else with its tag. */
    List<Sighting> find(ImageReference wanted, Predicate<Subject> visible) {
        List<Sighting> found = new ArrayList<>();
        for (Key key : byRepository.getOrDefault(repository(wanted), Set.of())) {
            Sighting sighting = sightings.get(key);
            if (sighting != null
                    && (wanted.digest() == null
                            ? Objects.equals(wanted.tag(), key.tag())
                            : wanted.digest().equals(sighting.digest()))
                    && visible.test(sighting.subject())) {
                found.add(sighting);
            }
        }
        found.sort(Comparator.comparing((Sighting s) -> s.subject().workers().getFirst())
                .thenComparing(Sighting::at, Comparator.reverseOrder()));
        return found;
    }

    private static String repository(ImageReference reference) {
        return reference.domain() + '/' + reference.path();
    }
}
