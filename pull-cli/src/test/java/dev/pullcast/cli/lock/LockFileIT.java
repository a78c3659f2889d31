// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.cli.lock.LockFile.LockProblem;
import dev.pullcast.cli.render.Board;
import dev.pullcast.cli.render.PullLine;
import dev.pullcast.cli.render.Samples;
import dev.pullcast.contract.event.PullEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockFileIT {
    private static final String ONE = "sha256:" + "0123456789abcdef".repeat(4);
    private static final String TWO = "sha256:" + "fedcba9876543210".repeat(4);

    @TempDir
    private Path folder;

    @Test
    void itHasAReferenceWithItsDigestALineAndIsReadBackAsWritten() throws LockProblem, IOException {
        Path file = folder.resolve("images.lock");
        LockFile lock = LockFile.of(List.of(there("w1", "nginx:1.27", TWO), there("w1", "alpine", ONE)));
        lock.write(file);
        assertThat(Files.readAllLines(file))
                .endsWith("docker.io/library/alpine:latest@" + ONE, "docker.io/library/nginx:1.27@" + TWO)
                .hasSize(3);
        assertThat(LockFile.read(file)).isEqualTo(lock);
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void noLinkOfTheCheckoutLeadsItElsewhere() throws LockProblem, IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "precious");
        Path file = folder.resolve("images.lock");
        Files.createSymbolicLink(folder.resolve("images.lock.new"), victim);
        Files.createSymbolicLink(file, victim);
        LockFile.of(List.of(there("w1", "alpine", ONE))).write(file);
        assertThat(victim).hasContent("precious");
        assertThat(file).isRegularFile();
        assertThat(Files.isSymbolicLink(file)).isFalse();
    }

    @Test
    void oneThatDoesNotExistLocksNothing() throws LockProblem {
        assertThat(LockFile.read(folder.resolve("none"))).isEqualTo(LockFile.EMPTY);
    }

    @Test
    void aLineWithoutADigestIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("images.lock"), "# a comment\n\nalpine:3.20\n");
        assertThatThrownBy(() -> LockFile.read(file))
                .isInstanceOf(LockProblem.class)
                .hasMessageContaining("images.lock, line 3")
                .hasMessageContaining("has no digest");
    }

    @Test
    void whatHasNoDigestOrTwoCannotBeLocked() {
        assertThatThrownBy(() -> LockFile.of(List.of(there("w1", "built:1", null))))
                .hasMessageContaining("built:1 cannot be locked");
        assertThatThrownBy(() -> LockFile.of(List.of(there("w1", "alpine", ONE), there("w2", "alpine", TWO))))
                .hasMessageContaining(ONE)
                .hasMessageContaining(TWO);
    }

    @Nested
    class Checking {
        private final DigestCheck check = new DigestCheck(new LockFile(Map.of("docker.io/library/alpine:3.20", ONE)));

        @Test
        void letsThroughWhatIsAsLockedOrPinnedAndWhatIsNeither() {
            for (PullLine line : List.of(
                    there("w1", "alpine:3.20", ONE), there("w1", "nginx@" + TWO, TWO), there("w1", "nginx", ONE))) {
                assertThat(check.apply(line)).isEqualTo(line);
            }
            assertThat(check.knowsNothingOf("nginx")).isTrue();
            assertThat(check.knowsNothingOf("nginx@" + TWO)).isFalse();
            assertThat(check.knowsNothingOf("alpine:3.20")).isFalse();
        }

        @Test
        void failsWhatIsSomethingElse() {
            assertThat(check.apply(there("w1", "alpine:3.20", TWO)).status())
                    .isInstanceOfSatisfying(
                            PullLine.Status.Failed.class,
                            failed -> assertThat(failed.message())
                                    .isEqualTo("the engine has " + TWO + ", but " + ONE + " is expected"));
            assertThat(check.apply(there("w1", "nginx@" + TWO, ONE)).isPresent())
                    .isFalse();
            assertThat(check.apply(there("w1", "alpine:3.20", null)).isPresent())
                    .isFalse();
        }

        @Test
        void hasTheLastWordOnABoard() {
            Board board = new Board(check);
            board.accept(new PullEvent.Skipped(Samples.origin("w1", "alpine:3.20", 1, 1), TWO));
            assertThat(board.isDone()).isTrue();
            assertThat(board.isComplete()).isFalse();
        }
    }

    private static PullLine there(String worker, String image, @Nullable String digest) {
        Board board = new Board();
        board.accept(new PullEvent.Skipped(Samples.origin(worker, image, 1, 1), digest));
        return board.lines().getFirst();
    }
}
