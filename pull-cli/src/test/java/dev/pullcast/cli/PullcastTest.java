// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.command.ExitCodes;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PullcastTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theVersionIsThatOfTheBuild() {
        assertThat(run("--version")).isEqualTo(ExitCodes.OK);
        assertThat(out.toString()).matches("pullcast \\d+\\.\\d+\\.\\d+ \\(Java 25.*\\)\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "frobnicate",
                "pull --jobs 0 alpine",
                "pull --output loud alpine",
                "pull --policy sometimes alpine",
                "pull --timeout 0 alpine",
                "pull --timeout soon alpine",
                "pull --retries -1 alpine",
                "pull --keep-going --fail-fast alpine",
                "pull --detach alpine",
                "pull --target east alpine",
                "pull --selector gpu alpine",
                "pull --any alpine",
                "pull --gateway http://127.0.0.1:1 --selector =a alpine",
                "pull --gateway http://127.0.0.1:1 --policy never alpine",
                "log -n -1",
                "completion tcsh",
                "man nothing"
            })
    void wrongUsageIsToldOnStandardErrorWithItsOwnExitCode(String commandLine) {
        assertThat(run(commandLine.isEmpty() ? new String[0] : commandLine.split(" ")))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isNotEmpty();
    }

    @Test
    void whatIsWrongIsToldWithoutAPageOfOptionsBelowIt() {
        assertThat(run("pull", "--polcy", "never", "alpine")).isEqualTo(ExitCodes.USAGE);
        assertThat(err).hasToString("""
            pullcast: Unknown option: '--polcy'
            Possible solutions: --policy
            Options and examples: pullcast pull --help
            """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "images",
                "pull",
                "watch",
                "log",
                "worker",
                "gateway",
                "up",
                "engine",
                "token",
                "completion",
                "man"
            })
    void theHelpOfEachCommandHasExamples(String command) {
        assertThat(run(command, "--help")).isEqualTo(ExitCodes.OK);
        assertThat(out.toString()).containsPattern("Examples?:\\R .*pullcast " + command);
    }

    @Test
    void helpTellsTheExitCodes() {
        assertThat(run("pull", "--help")).isEqualTo(ExitCodes.OK);
        assertThat(out.toString()).contains("Exit codes:").contains("69");
    }

    @Test
    void aGatewayThatIsNoUrlIsWrongUsage() {
        assertThat(run("pull", "--gateway", "nonsense", "alpine")).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("'nonsense'");
    }

    private int run(String... args) {
        return Pullcast.execute(new PrintWriter(out), new PrintWriter(err), args);
    }
}
