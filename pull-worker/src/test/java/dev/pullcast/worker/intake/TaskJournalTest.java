// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskJournalTest {
    @TempDir
    Path folder;

    @Test
    void aRestartKnowsWhatWasFinished() {
        Path file = folder.resolve("data/journal");
        TaskJournal.open(file).finish("job 1", "p1", 7);
        TaskJournal again = TaskJournal.open(file);
        assertThat(again.isFinished("job 1", "p1")).isTrue();
        assertThat(again.isFinished("job 1", "p2")).isFalse();
    }

    @Test
    void afterItIsClearedItKnowsNothing() throws Exception {
        Path file = folder.resolve("journal");
        TaskJournal journal = TaskJournal.open(file);
        journal.finish("j", "p", 7);
        journal.clear();
        assertThat(journal.isFinished("j", "p")).isFalse();
        assertThat(Files.size(file)).isZero();
        journal.finish("k", "p", 7);
        assertThat(TaskJournal.open(file).isFinished("k", "p")).isTrue();
    }

    /** A worker that always has something open never forgets by being idle. */
    @Test
    void whatIsBehindTheCommittedOffsetIsForgottenAlsoOnABusyWorker() throws Exception {
        Path file = folder.resolve("journal");
        TaskJournal journal = TaskJournal.open(file);
        for (int task = 0; task < 20_000; task++) {
            journal.finish("job" + task, "p", task);
            if (task % 100 == 0) {
                journal.committed(task - 5);
            }
        }
        assertThat(Files.size(file)).isLessThan(100_000);
        assertThat(journal.isFinished("job19999", "p")).isTrue();
        assertThat(journal.isFinished("job19000", "p")).isFalse();
        assertThat(TaskJournal.open(file).isFinished("job19999", "p")).isTrue();
    }

    /** One old pull that hangs holds the committed offset where it is. */
    @Test
    void ofTooManyTheOldestAreForgotten() throws Exception {
        Path file = folder.resolve("journal");
        TaskJournal journal = TaskJournal.open(file, 100);
        for (int task = 0; task < 5_000; task++) {
            journal.finish("job" + task, "p", task);
        }
        assertThat(journal.isFinished("job4899", "p")).isFalse();
        assertThat(journal.isFinished("job4900", "p")).isTrue();
        assertThat(Files.readAllLines(file)).hasSizeLessThan(1_500);
    }

    @Test
    void linesOfAnOlderVersionAreKnown() throws Exception {
        Path file = folder.resolve("journal");
        Files.writeString(file, "p1 j1\np2 j2 12\nx");
        TaskJournal journal = TaskJournal.open(file);
        journal.committed(13);
        assertThat(journal.isFinished("j1", "p1")).isTrue();
        assertThat(journal.isFinished("j2", "p2")).isFalse();
    }
}
