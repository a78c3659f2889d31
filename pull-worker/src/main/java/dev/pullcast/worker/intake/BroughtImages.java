// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.EngineClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which images standing sets brought to the engine, on disk, so that they can be removed when a set is. An image that was
 * there before is nobody's. All calls come from the worker's context; files are touched on another thread, in order.
 */
public final class BroughtImages {
    private static final Logger LOG = LoggerFactory.getLogger(BroughtImages.class);

    private final Vertx vertx;
    private final EngineClient engine;
    private final Path folder;

    /** Remembers in a folder, which is made when it is needed. */
    public BroughtImages(Vertx vertx, EngineClient engine, Path folder) {
        this.vertx = vertx;
        this.engine = engine;
        this.folder = folder;
    }

    /**
     * Remembers the image of a pull that ended, if this pull brought it. Blocks.
     *
     * @param set id of a job
     */
    void remember(String set, PullEvent.OfPull end) throws IOException {
        if (end instanceof PullEvent.Succeeded success && success.previousDigest() == null) {
            Files.createDirectories(folder);
            Files.writeString(file(set), nameOf(success) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    /** With tag and digest, the engine's name for it is the tag. */
    private static String nameOf(PullEvent.Succeeded success) {
        ImageReference reference = ImageReference.parse(success.origin().reference());
        return reference.tag() == null ? reference.canonical() : reference.name() + ":" + reference.tag();
    }

    /** Removes what a set brought and no container uses, then forgets the set; never fails. */
    Future<Void> remove(String set) {
        return vertx.executeBlocking(() -> read(set))
                .map(names -> Objects.requireNonNullElse(names, Set.<String>of()))
                .compose(names ->
                        Future.all(names.stream().map(name -> remove(set, name)).toList()))
                .compose(_ -> vertx.executeBlocking(() -> Files.deleteIfExists(file(set))))
                .onFailure(t -> LOG.warn("what set {} brought is not all removed: {}", set, t.toString()))
                .otherwiseEmpty()
                .mapEmpty();
    }

    private Future<Void> remove(String set, String name) {
        return engine.remove(name)
                .onSuccess(removal -> {
                    switch (removal) {
                        case REMOVED -> LOG.info("removed {}, which set {} brought", name, set);
                        case IN_USE -> LOG.info("left {} of set {}: a container uses it", name, set);
                        case ABSENT -> LOG.debug("{} of set {} is gone already", name, set);
                    }
                })
                .mapEmpty();
    }

    private Set<String> read(String set) throws IOException {
        try {
            return new TreeSet<>(Files.readAllLines(file(set)));
        } catch (NoSuchFileException e) {
            return Set.of();
        }
    }

    private Path file(String set) {
        return folder.resolve(TaskConsumer.fileName(set));
    }
}
