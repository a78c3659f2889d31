// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.command.ExitCodes;
import dev.pullcast.gateway.security.NewToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path dir;

    private int run(String... args) {
        return Pullcast.execute(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void theTokenGoesToStandardOutputAndTheLineForTheGatewayElsewhere() {
        assertThat(run("token", "ci", "read:team-a", "enqueue:team-a", "--expires", "2027-01-31T00:00:00Z"))
                .isEqualTo(ExitCodes.OK);
        String token = out.toString().strip();
        assertThat(token).matches("pct_[A-Za-z0-9_-]{43}");
        assertThat(err.toString())
                .contains(
                        "\nci " + NewToken.hashOf(token) + " read:team-a enqueue:team-a expires:2027-01-31T00:00:00Z\n")
                .doesNotContain(token);
    }

    @Test
    void theLineIsAddedToAFileThatOthersCannotRead() throws IOException {
        Path file = dir.resolve("tokens");
        assertThat(run("token", "ci", "read:a", "--add", file.toString())).isEqualTo(ExitCodes.OK);
        assertThat(run("token", "ops", "admin:*", "--expires", "90d", "--add", file.toString()))
                .isEqualTo(ExitCodes.OK);
        assertThat(Files.readAllLines(file))
                .hasSize(2)
                .last()
                .asString()
                .matches("ops sha256:[0-9a-f]{64} admin:\\* expires:.+Z");
        assertThat(Files.getPosixFilePermissions(file)).noneMatch(p -> p.name().startsWith("OTHERS"));
        assertThat(run("token", "ci", "read:b", "--add", file.toString())).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("is there twice");
        assertThat(Files.readAllLines(file)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "token",
                "token ci",
                "token ci read",
                "token ci write:a",
                "token ci read:a --expires soon",
                "token a\"b read:a"
            })
    void whatIsWrongIsToldAndNothingIsMade(String commandLine) {
        assertThat(run(commandLine.split(" "))).isEqualTo(ExitCodes.USAGE);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isNotEmpty();
    }

    @Test
    void aTokenThatWasTypedWhereAFileBelongsIsNotRepeated() {
        String token = NewToken.make().token();
        assertThat(run("watch", "--gateway", "http://127.0.0.1:1", "--token", token, "job"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("--token must be a file").doesNotContain(token);
    }
}
