// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailIT {
    @TempDir
    private Path folder;

    private Path log;
    private LogTail tail;

    @BeforeEach
    void begin() {
        log = folder.resolve("pull.log");
        tail = new LogTail(log);
    }

    @AfterEach
    void close() throws IOException {
        tail.close();
    }

    @Test
    void theLastLinesAreThose() throws IOException {
        write(1, 100);
        assertThat(tail.last(3)).containsExactly("line 98", "line 99", "line 100");
        assertThat(tail.last(0)).isEmpty();
        assertThat(tail.last(1_000)).hasSize(100);
    }

    @Test
    void linesOfManyBlocksAreCountedFromTheEnd() throws IOException {
        write(1, 30_000);
        assertThat(tail.last(20_000)).hasSize(20_000).startsWith("line 10001").endsWith("line 30000");
    }

    @Test
    void whatIsMissingIsTakenFromFilesThatWereSetAside() throws IOException {
        write(1, 5);
        Files.move(log, folder.resolve("pull.log.2"));
        write(6, 10);
        Files.move(log, folder.resolve("pull.log.1"));
        write(11, 12);
        assertThat(tail.last(8))
                .startsWith("line 5", "line 6")
                .endsWith("line 12")
                .hasSize(8);
        assertThat(tail.more()).isEmpty();
    }

    @Test
    void aLogThatDoesNotExistIsSaidToBeNone() throws IOException {
        assertThatThrownBy(() -> tail.last(1)).isInstanceOf(NoSuchFileException.class);
        assertThat(tail.more()).isEmpty();
        write(1, 1);
        assertThat(tail.more()).containsExactly("line 1");
    }

    @Test
    void whatIsAddedFollowsInWholeLines() throws IOException {
        write(1, 2);
        tail.last(1);
        append("line 3\nhalf of");
        assertThat(tail.more()).containsExactly("line 3");
        append(" line 4 ä\n");
        assertThat(tail.more()).containsExactly("half of line 4 ä");
        assertThat(tail.more()).isEmpty();
    }

    @Test
    void aFileThatIsSetAsideIsReadToItsEndBeforeTheNewOne() throws IOException {
        write(1, 2);
        tail.last(1);
        append("line 3\n");
        Files.move(log, folder.resolve("pull.log.1"));
        assertThat(tail.more()).containsExactly("line 3");
        append("line 4\n");
        assertThat(tail.more()).containsExactly("line 4");
    }

    @Test
    void aFileThatWasEmptiedIsReadAnew() throws IOException {
        write(1, 9);
        tail.last(1);
        Files.writeString(log, "new\n");
        assertThat(tail.more()).containsExactly("new");
    }

    private void write(int from, int to) throws IOException {
        append(IntStream.rangeClosed(from, to).mapToObj(i -> "line " + i + '\n').collect(Collectors.joining()));
    }

    private void append(String text) throws IOException {
        Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
