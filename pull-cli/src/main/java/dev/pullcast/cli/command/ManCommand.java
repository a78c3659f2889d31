// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.doc.ManPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pullcast man [COMMAND]}. */
@Command(
        name = "man",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Prints a manual page, for man to show, or writes all of them to a folder.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  pullcast man pull | man -l -",
            "  sudo pullcast man --to /usr/local/share/man/man1",
        })
public final class ManCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "Default: pullcast itself.")
    private @Nullable String command;

    @Option(names = "--to", paramLabel = "FOLDER", description = "Write every page there, as NAME.1.")
    private @Nullable Path folder;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public ManCommand() {}

    @Override
    public Integer call() {
        CommandSpec root = spec.root();
        if (folder == null) {
            spec.commandLine().getOut().print(ManPage.of(named(root), Version.number()));
            return ExitCodes.OK;
        }
        List<CommandSpec> pages = new ArrayList<>(List.of(root));
        root.subcommands().values().forEach(sub -> pages.add(sub.getCommandSpec()));
        try {
            Files.createDirectories(folder);
            for (CommandSpec page : pages) {
                Files.writeString(folder.resolve(ManPage.nameOf(page) + ".1"), ManPage.of(page, Version.number()));
            }
            return ExitCodes.OK;
        } catch (IOException e) {
            spec.commandLine().getErr().println("pullcast: cannot write manual pages to " + folder + ": " + e);
            return ExitCodes.FAILED;
        }
    }

    private CommandSpec named(CommandSpec root) {
        if (command == null) {
            return root;
        }
        CommandLine found = root.subcommands().get(command);
        if (found == null) {
            throw new ParameterException(spec.commandLine(), "there is no command '" + command + "'");
        }
        return found.getCommandSpec();
    }
}
