// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.TaskRecord.PullTask;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.intake.HeldSet.Held;
import dev.pullcast.worker.publish.RemovalPublisher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images that standing sets hold on the engine, on disk, so that those which a set brought can be removed when it ends. An
 * image goes only when no other set and no open pull of any project names it; a set that still names it takes it over, and
 * removes it at its own end. An image that was there before belongs to no set.
 *
 * <p>All calls come from the worker's context; files are touched on another thread, in order. A removal that the engine
 * refuses is tried again when a pull has ended, and at the next start.
 */
public final class BroughtImages {
    private static final Logger LOG = LoggerFactory.getLogger(BroughtImages.class);

    private final Vertx vertx;
    private final String worker;
    private final EngineClient engine;
    private final RemovalPublisher publisher;
    private final InstantSource clock;
    private final Path folder;
    private final Map<String, HeldSet> sets = new TreeMap<>();
    private Future<Void> settling = Future.succeededFuture();

    /** Pulls of this worker that have not ended: names of their images, by tag and by digest, and their sets. */
    record OpenPulls(Set<String> names, Set<String> sets) {}

    /** Remembers in a folder, which is made when it is needed. */
    // One parameter for each part that it works with.
    public BroughtImages(
            Vertx vertx,
            String worker,
            EngineClient engine,
            RemovalPublisher publisher,
            InstantSource clock,
            Path folder) {
        this.vertx = vertx;
        this.worker = worker;
        this.engine = engine;
        this.publisher = publisher;
        this.clock = clock;
        this.folder = folder;
    }

    /** Reads what an earlier run left; a file that cannot be read is left where it is, and its images stay. */
    Future<Void> open() {
        return vertx.executeBlocking(this::readAll)
                .onSuccess(read -> Objects.requireNonNull(read).forEach(set -> sets.put(set.set(), set)))
                .mapEmpty();
    }

    private List<HeldSet> readAll() throws IOException {
        List<HeldSet> read = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return read;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                try {
                    read.add(HeldSet.read(file));
                } catch (IOException e) {
                    LOG.warn("cannot read {}, so what that set brought stays: {}", file, e.toString());
                }
            }
        }
        return read;
    }

    /** Holds the image of a pull that ended, for the set of its task. Completes when that is on disk. */
    Future<Void> hold(PullTask task, PullEvent.OfPull end) {
        String set = task.set();
        Held held = set == null ? null : heldBy(end);
        if (set == null || held == null) {
            return Future.succeededFuture();
        }
        HeldSet before = sets.get(set);
        boolean ended = before != null && before.ended();
        HeldSet now = new HeldSet(
                        set,
                        task.jobPartition(),
                        task.keepOnExpiry(),
                        ended,
                        before == null ? List.of() : before.images())
                .with(held);
        if (before != null && before.images().contains(now.images().getLast())) {
            return Future.succeededFuture();
        }
        return put(now);
    }

    /** Null if the pull left no image there. */
    private static @Nullable Held heldBy(PullEvent.OfPull end) {
        String name = nameOf(ImageReference.parse(end.origin().reference()));
        String project = end.origin().project();
        return switch (end) {
            case PullEvent.Succeeded success ->
                new Held(name, success.digest(), project, success.previousDigest() == null);
            case PullEvent.Skipped skipped -> new Held(name, skipped.digest(), project, false);
            case PullEvent.Failed _,
                    PullEvent.Cancelled _,
                    PullEvent.Queued _,
                    PullEvent.Started _,
                    PullEvent.Layer _,
                    PullEvent.Progress _,
                    PullEvent.Retrying _ -> null;
        };
    }

    /** With tag and digest, the engine's name for it is the tag. */
    static String nameOf(ImageReference reference) {
        return reference.tag() == null ? reference.canonical() : reference.name() + ":" + reference.tag();
    }

    /**
     * Ends a set: removes what it brought and nothing else wants, then forgets it. Never fails.
     *
     * @param partition where its events go
     */
    Future<Void> end(String set, int partition, Supplier<OpenPulls> open) {
        HeldSet held = sets.get(set);
        if (held == null) {
            // Pulls of it that are under way bring something yet.
            if (!open.get().sets().contains(set)) {
                return Future.succeededFuture();
            }
            held = new HeldSet(set, partition, false, false, List.of());
        }
        return put(held.atItsEnd(partition))
                .onFailure(t -> LOG.warn("a restart may forget that set {} has ended: {}", set, t.toString()))
                .transform(_ -> settle(open));
    }

    /** Whether a set that has ended waits for something to be removed. */
    boolean isWaiting() {
        return sets.values().stream().anyMatch(HeldSet::ended);
    }

    /** Removes what sets brought that have ended, as far as nothing else wants it. Never fails; one at a time. */
    Future<Void> settle(Supplier<OpenPulls> open) {
        settling = settling.transform(_ -> {
                    OpenPulls pulls = open.get();
                    return Future.join(sets.values().stream().filter(HeldSet::ended).toList().stream()
                            .map(set -> settle(set, pulls))
                            .toList());
                })
                .otherwiseEmpty()
                .mapEmpty();
        return settling;
    }

    private Future<Void> settle(HeldSet ended, OpenPulls open) {
        List<Held> rest = new ArrayList<>();
        List<Future<Void>> steps = new ArrayList<>();
        for (Held image : ended.images().stream().filter(Held::brought).toList()) {
            HeldSet heir = heirOf(image);
            if (image.isAmong(open.names())) {
                rest.add(image);
            } else if (heir != null) {
                steps.add(put(takenOver(heir, image)));
            } else {
                steps.add(remove(ended, image).onFailure(t -> {
                    rest.add(image);
                    LOG.warn("{} of set {} is not removed yet: {}", image.name(), ended.set(), t.toString());
                }));
            }
        }
        return Future.join(steps)
                .transform(_ -> {
                    HeldSet now = sets.getOrDefault(ended.set(), ended);
                    List<Held> brought = new ArrayList<>(rest);
                    // What a pull brought meanwhile.
                    now.images().stream()
                            .filter(image -> image.brought() && !ended.images().contains(image))
                            .forEach(brought::add);
                    return brought.isEmpty() && !open.sets().contains(ended.set())
                            ? forget(ended.set())
                            : put(now.withImages(brought));
                })
                .onFailure(t -> LOG.warn("the file of set {} cannot be written: {}", ended.set(), t.toString()))
                .otherwiseEmpty();
    }

    private @Nullable HeldSet heirOf(Held image) {
        return sets.values().stream()
                .filter(set -> !set.ended() && set.images().stream().anyMatch(image::isSame))
                .findFirst()
                .orElse(null);
    }

    /** The heir owns what it holds now under the name that was brought. */
    private static HeldSet takenOver(HeldSet heir, Held image) {
        String project = heir.images().stream()
                .filter(image::isSame)
                .findFirst()
                .orElse(image)
                .project();
        return heir.with(new Held(image.name(), image.digest(), project, true));
    }

    private Future<Void> remove(HeldSet set, Held image) {
        return engine.remove(image.name()).compose(removal -> {
            switch (removal) {
                case REMOVED -> LOG.info("removed {}, which set {} brought", image.name(), set.set());
                case IN_USE -> LOG.info("left {} of set {}: a container uses it", image.name(), set.set());
                case ABSENT -> LOG.debug("{} of set {} is gone already", image.name(), set.set());
            }
            return removal == EngineClient.Removal.IN_USE
                    ? Future.succeededFuture()
                    : publisher.publish(
                            new PullEvent.ImageRemoved(
                                    set.set(), worker, clock.instant(), image.project(), image.name(), image.digest()),
                            set.partition());
        });
    }

    private Future<Void> put(HeldSet set) {
        sets.put(set.set(), set);
        return vertx.executeBlocking(() -> {
                    set.write(file(set.set()));
                    return set;
                })
                .mapEmpty();
    }

    private Future<Void> forget(String set) {
        sets.remove(set);
        return vertx.executeBlocking(() -> Files.deleteIfExists(file(set))).mapEmpty();
    }

    private Path file(String set) {
        return folder.resolve(TaskConsumer.fileName(set) + ".json");
    }
}
