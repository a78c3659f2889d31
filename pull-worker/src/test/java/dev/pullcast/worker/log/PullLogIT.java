// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.worker.publish.EventPublisher;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullLogIT {
    private static final int MEBIBYTE = 1 << 20;
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    @TempDir
    Path folder;

    private static PullEvent.OfPull event(int seq) {
        PullOrigin origin = new PullOrigin(
                "job" + seq, "w1", "pull", "i1", "app:1", "docker.io/library/app:1", null, null, 1, 0, seq, NOON);
        return new PullEvent.Cancelled(origin, "x".repeat(1000));
    }

    private long files(String pattern) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().matches(pattern))
                    .count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void filesAreSetAsideWhenTheyAreLargeAndTheOldestGo() throws Exception {
        try (PullLog log = PullLog.open(new PullLog.Settings(folder.resolve("pull.log"), true, 1, 2))) {
            EventPublisher publisher = log.before((_, _) -> Future.succeededFuture());
            int[] seq = {0};
            // The size is looked at once a second, so each round waits for its turn.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        for (int i = 0; i < 100; i++) {
                            publisher.publish(event(++seq[0]), 0);
                        }
                        return files("pull\\.log\\.\\d+") == 2 && files("pull\\.log\\.jsonl\\.\\d+") == 2;
                    });
        }
        assertThat(files("pull\\.log.*")).isEqualTo(6);
        assertThat(Files.size(folder.resolve("pull.log.1"))).isGreaterThanOrEqualTo(MEBIBYTE);
        assertThat(Files.readAllLines(folder.resolve("pull.log.1")))
                .allMatch(line -> line.startsWith("[2026-01-0") && line.contains("app:1: cancelled: xxx"));
    }
}
