// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Pulls that this worker has finished since its committed offset, on its disk: a restarted worker reads those tasks again
 * and must not repeat what was acknowledged. One line per pull, with the offset of its task; lines behind the committed
 * offset are dropped, also on a worker that is never idle. It holds {@value #MAX_PULLS} pulls; of those beyond, the oldest
 * are forgotten, and a restart repeats them under the same ids. Blocks; for worker threads, one at a time.
 */
final class TaskJournal {
    static final int MAX_PULLS = 50_000;
    private static final int SLACK = 1_000;

    private final Path file;
    private final int most;
    /** Offsets of tasks by pull, in the order of the ends; read by the worker's context too. */
    private final Map<String, Long> finished = Collections.synchronizedMap(new LinkedHashMap<>());

    private int lines;

    private TaskJournal(Path file, int most) {
        this.file = file;
        this.most = most;
    }

    /**
     * Reads what an earlier run left.
     *
     * @throws UncheckedIOException if the file cannot be read or its folder not be made
     */
    static TaskJournal open(Path file) {
        return open(file, MAX_PULLS);
    }

    /** The same with another bound. */
    static TaskJournal open(Path file, int most) {
        TaskJournal journal = new TaskJournal(file, most);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (Stream<String> all = Files.lines(file)) {
                all.forEach(journal::take);
            }
        } catch (NoSuchFileException e) {
            // the first run
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the journal " + file, e);
        }
        return journal;
    }

    private void take(String line) {
        lines++;
        int first = line.indexOf(' ');
        int last = line.lastIndexOf(' ');
        if (first > 0) { // a crash may have cut the last one
            Long offset = last > first ? numberIn(line.substring(last + 1)) : null;
            // Without an offset it is of an older version: kept until the worker is idle.
            put(offset == null ? line : line.substring(0, last), offset == null ? Long.MAX_VALUE : offset);
        }
    }

    private static @Nullable Long numberIn(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private void put(String line, long offset) {
        finished.put(line, offset);
        if (finished.size() > most) {
            synchronized (finished) {
                finished.remove(finished.keySet().iterator().next());
            }
        }
    }

    private static String line(String job, String pull) {
        return pull + ' ' + job;
    }

    boolean isFinished(String job, String pull) {
        return finished.containsKey(line(job, pull));
    }

    /**
     * Keeps a pull as finished.
     *
     * @param offset of its task
     */
    void finish(String job, String pull, long offset) {
        String line = line(job, pull);
        if (!finished.containsKey(line)) {
            put(line, offset);
            append(line + ' ' + offset + '\n');
            lines++;
            shrink();
        }
    }

    /** Forgets pulls of tasks before the committed offset; nothing reads them again. */
    void committed(long offset) {
        synchronized (finished) {
            finished.values().removeIf(task -> task < offset);
        }
        shrink();
    }

    /** Forgets everything: all that it knew is behind the committed offset. */
    void clear() {
        finished.clear();
        if (lines > 0) {
            rewrite();
        }
    }

    /** Writes the file anew when more of it is old than not. */
    private void shrink() {
        if (lines > 2 * finished.size() + SLACK) {
            rewrite();
        }
    }

    private void append(String text) {
        try {
            Files.writeString(
                    file,
                    text,
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the journal " + file, e);
        }
    }

    private void rewrite() {
        StringBuilder text = new StringBuilder();
        synchronized (finished) {
            finished.forEach((line, offset) -> text.append(line)
                    .append(offset == Long.MAX_VALUE ? "" : " " + offset)
                    .append('\n'));
            lines = finished.size();
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the journal " + file, e);
        }
    }
}
