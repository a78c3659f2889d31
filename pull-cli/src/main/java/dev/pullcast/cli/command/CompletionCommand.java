// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.doc.FishCompletion;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pullcast completion SHELL}. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Prints what a shell needs to complete pullcast's commands and options.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(pullcast completion bash)      in ~/.bashrc",
            "  source <(pullcast completion zsh)       in ~/.zshrc, after compinit",
            "  pullcast completion fish | source       in ~/.config/fish/config.fish"
        })
public final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.bash;

    /** As typed. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public CompletionCommand() {}

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        String script = switch (shell) {
            // picocli's script sets zsh up for itself
            case bash, zsh -> AutoComplete.bash(root.getCommandName(), root);
            case fish -> FishCompletion.of(root.getCommandSpec());
        };
        spec.commandLine().getOut().print(script);
        return ExitCodes.OK;
    }
}
