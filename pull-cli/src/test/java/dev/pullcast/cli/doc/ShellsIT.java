// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.doc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.Pullcast;
import dev.pullcast.testkit.DevEngine.Ran;
import dev.pullcast.testkit.Processes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Completions and manual pages in the programs that they are made for. */
class ShellsIT {
    @TempDir
    private Path folder;

    @Test
    void bashCompletesCommandsOptionsAndValues() throws IOException {
        String script = """
                source "%s"
                complete_of() { COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
                  _complete_pullcast; echo "${COMPREPLY[@]}"; }
                complete -p pullcast
                complete_of pullcast pu
                complete_of pullcast pull --onl
                complete_of pullcast pull --policy n
                """.formatted(script("bash"));
        assertThat(run("bash", "--norc", "-c", script).output())
                .contains("_complete_pullcast", "\npull\n", "--only-missing", "never");
    }

    @Test
    void zshLoadsIt() throws IOException {
        String script = "autoload -Uz compinit && compinit -u -d " + folder.resolve("zcompdump") + "; source '"
                + script("zsh") + "' && print loaded ${_comps[pullcast]}";
        assertThat(run("zsh", "-f", "-c", script).output()).contains("loaded").contains("_complete_pullcast");
    }

    @Test
    void fishCompletesCommandsOptionsAndValues() throws IOException {
        String script = "source " + script("fish") + "\ncomplete -C 'pullcast pu'\ncomplete -C 'pullcast pull --onl'\n"
                + "complete -C 'pullcast pull --policy n'\n";
        assertThat(run("fish", "--no-config", "-c", script).output())
                .contains("pull\tPulls images", "--only-missing\tLeave images", "never");
    }

    @Test
    void manShowsEveryPageWithoutAWordOfComplaint() throws IOException {
        assertThat(execute("man", "--to", folder.toString())).isEmpty();
        try (var pages = Files.list(folder)) {
            assertThat(pages.map(path -> path.getFileName().toString()))
                    .contains("pullcast.1", "pullcast-pull.1", "pullcast-watch.1", "pullcast-log.1");
        }
        for (String page : List.of("pullcast", "pullcast-pull", "pullcast-watch")) {
            Ran ran = run(
                    "man",
                    "--warnings",
                    "-E",
                    "UTF-8",
                    "-l",
                    folder.resolve(page + ".1").toString());
            assertThat(ran.output())
                    .contains("SYNOPSIS", "EXIT STATUS", "EXAMPLES")
                    .doesNotContain("warning", "<standard input>");
        }
    }

    private Path script(String shell) throws IOException {
        return Files.writeString(folder.resolve("completion." + shell), execute("completion", shell));
    }

    private static String execute(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertThat(Pullcast.execute(new PrintWriter(out), new PrintWriter(err), arguments))
                .as("%s", err)
                .isZero();
        return out.toString();
    }

    private Ran run(String... command) {
        boolean there = Processes.run(List.of("sh", "-c", "command -v " + command[0]), Map.of())
                        .exitCode()
                == 0;
        Assumptions.assumeTrue(there, command[0] + " is not installed");
        Ran ran = Processes.run(
                List.of(command), Map.of("HOME", folder.toString(), "MANWIDTH", "100", "LC_ALL", "C.UTF-8"));
        assertThat(ran.exitCode()).as(ran.output()).isZero();
        return ran;
    }
}
