// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.standalone.UpConfig;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final String BEGIN = "<!-- settings: as in the code; ReadmeTest compares -->\n";
    private static final String END = "<!-- end of settings -->";

    @Test
    void itsTableOfSettingsIsThatOfTheCode() throws IOException {
        String readme = Files.readString(Processes.checkout().resolve("README.md"));
        assertThat(readme).contains(BEGIN, END);
        assertThat(readme.substring(readme.indexOf(BEGIN) + BEGIN.length(), readme.indexOf(END)))
                .isEqualTo(table());
    }

    private static String table() {
        return UpConfig.allKeys().stream()
                .sorted(Comparator.comparing(Settings.Key::key))
                .map(key -> "| `" + key.environment() + "` | `" + key.key() + "` | "
                        + (key.defaultValue().isEmpty() ? "" : "`" + key.defaultValue() + "`") + " | "
                        + key.meaning().replace("|", "\\|") + " |\n")
                .collect(Collectors.joining(
                        "", "| environment variable | key | default | meaning |\n|---|---|---|---|\n", ""));
    }
}
