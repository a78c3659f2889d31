// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are read again when their content changes, by looking at it once a second: this also notices what links
 * lead to, as Kubernetes mounts secrets. While new content cannot be used, the old stays in force.
 */
public final class FileWatch {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);
    private static final long PERIOD_MILLIS = 1_000;

    private final Vertx vertx;
    private final List<Path> files;
    private final Loader loader;
    private List<byte[]> seen = List.of();
    private String problem = "";
    private volatile long timer = -1;
    private volatile boolean closed;

    /** Takes the content of the files, in their order; runs on a thread that may wait. */
    @FunctionalInterface
    public interface Loader {
        /** Uses it. @throws Exception if it is of no use; the message is for a person and tells no secret */
        void load(List<byte[]> contents) throws Exception;
    }

    private FileWatch(Vertx vertx, List<Path> files, Loader loader) {
        this.vertx = vertx;
        this.files = List.copyOf(files);
        this.loader = loader;
    }

    /** Reads the files; fails if they are of no use now, with a message for a person. Then watches over them. */
    public static Future<FileWatch> open(Vertx vertx, List<Path> files, Loader loader) {
        FileWatch watch = new FileWatch(vertx, files, loader);
        return vertx.executeBlocking(
                        () -> {
                            watch.look();
                            return watch.problem;
                        },
                        false)
                .compose(problem -> {
                    if (problem == null || !problem.isEmpty()) {
                        return Future.failedFuture(String.valueOf(problem));
                    }
                    watch.schedule();
                    return Future.succeededFuture(watch);
                });
    }

    private void schedule() {
        if (closed) {
            return;
        }
        timer = vertx.setTimer(
                PERIOD_MILLIS,
                _ -> vertx.executeBlocking(
                                () -> {
                                    look();
                                    return true;
                                },
                                false)
                        .onComplete(_ -> schedule()));
    }

    private synchronized void look() {
        String now;
        try {
            List<byte[]> contents = new ArrayList<>(files.size());
            for (Path file : files) {
                contents.add(Files.readAllBytes(file));
            }
            if (isSame(contents)) {
                return;
            }
            seen = contents;
            loader.load(contents);
            if (!problem.isEmpty() || timer >= 0) {
                LOG.info("read {} again", files);
            }
            now = "";
        } catch (NoSuchFileException e) {
            now = e.getFile() + " does not exist";
        } catch (IOException e) {
            now = "cannot read " + files + ": " + e.getClass().getSimpleName();
        } catch (Exception e) { // whatever the loader says
            now = String.valueOf(e.getMessage());
        }
        if (!now.isEmpty() && !now.equals(problem) && timer >= 0) {
            LOG.error("{}; what was read before stays in force", now);
        }
        problem = now;
    }

    private boolean isSame(List<byte[]> contents) {
        if (contents.size() != seen.size()) {
            return false;
        }
        for (int i = 0; i < contents.size(); i++) {
            if (!Arrays.equals(contents.get(i), seen.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Ends it. */
    public Future<Void> close() {
        closed = true;
        vertx.cancelTimer(timer);
        return Future.succeededFuture();
    }
}
