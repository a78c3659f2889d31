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
        TaskJournal.open(file).finish("job 1", "p1");
        TaskJournal again = TaskJournal.open(file);
        assertThat(again.isFinished("job 1", "p1")).isTrue();
        assertThat(again.isFinished("job 1", "p2")).isFalse();
    }

    @Test
    void afterItIsClearedItKnowsNothing() throws Exception {
        Path file = folder.resolve("journal");
        TaskJournal journal = TaskJournal.open(file);
        journal.finish("j", "p");
        journal.clear();
        assertThat(journal.isFinished("j", "p")).isFalse();
        assertThat(Files.size(file)).isZero();
        journal.finish("k", "p");
        assertThat(TaskJournal.open(file).isFinished("k", "p")).isTrue();
    }
}
