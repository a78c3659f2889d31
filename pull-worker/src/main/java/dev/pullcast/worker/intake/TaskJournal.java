// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this worker has finished since its committed offset, on its disk: a restarted worker reads those tasks again and
 * must not repeat what was acknowledged. One line per pull; emptied when nothing is open. Blocks; for worker threads.
 */
final class TaskJournal {
    private final Path file;
    private final Set<String> finished = ConcurrentHashMap.newKeySet();

    private TaskJournal(Path file) {
        this.file = file;
    }

    /**
     * Reads what an earlier run left.
     *
     * @throws UncheckedIOException if the file cannot be read or its folder not be made
     */
    static TaskJournal open(Path file) {
        TaskJournal journal = new TaskJournal(file);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            journal.finished.addAll(Files.readAllLines(file));
        } catch (NoSuchFileException e) {
            // the first run
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the journal " + file, e);
        }
        return journal;
    }

    private static String line(String job, String pull) {
        return pull + ' ' + job;
    }

    boolean isFinished(String job, String pull) {
        return finished.contains(line(job, pull));
    }

    /** Keeps a pull as finished. */
    void finish(String job, String pull) {
        String line = line(job, pull);
        if (finished.add(line)) {
            write(line + '\n', StandardOpenOption.APPEND);
        }
    }

    /** Forgets everything: all that it knew is behind the committed offset. */
    void clear() {
        if (!finished.isEmpty()) {
            finished.clear();
            write("", StandardOpenOption.TRUNCATE_EXISTING);
        }
    }

    private void write(String text, StandardOpenOption how) {
        try {
            Files.writeString(
                    file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the journal " + file, e);
        }
    }
}
