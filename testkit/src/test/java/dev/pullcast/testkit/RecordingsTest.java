// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecordingsTest {
    @Test
    void theListNamesEveryFile() throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(Recordings.class.getResource("/recordings/names.txt"))
                        .toURI())
                .resolveSibling(".");
        try (Stream<Path> files = Files.list(folder)) {
            List<String> bodies = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".ndjson"))
                    .map(name -> name.substring(0, name.length() - ".ndjson".length()))
                    .sorted()
                    .toList();
            assertThat(Recordings.names()).isEqualTo(bodies).hasSizeGreaterThan(200);
        }
    }

    @Test
    void theChunksOfEveryStreamAddUpToItsBody() {
        for (Recording recording : Recordings.all()) {
            if (!recording.chunks().isEmpty()) {
                assertThat(recording.chunks().stream()
                                .mapToInt(Recording.Chunk::bytes)
                                .sum())
                        .as(recording.name())
                        .isEqualTo(recording.body().length());
            }
        }
    }

    @Test
    void anAnswerIsAsItWas() {
        Recording recording = Recordings.load("dockerd20-daemon-SIGTERM-mid-pull");
        assertThat(recording.status()).isEqualTo(200);
        assertThat(recording.isStream()).isTrue();
        assertThat(recording.endedProperly()).isFalse();
        assertThat(recording.headers()).containsEntry("Api-Version", "1.41");
        assertThat(recording.request()).startsWith("POST /v1.41/images/create?fromImage=");
        assertThat(Recordings.load("dockerd20-bad-tag").status()).isEqualTo(404);
    }

    @Test
    void anUnknownNameIsRefused() {
        assertThatThrownBy(() -> Recordings.load("nothing"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing.ndjson");
    }
}
