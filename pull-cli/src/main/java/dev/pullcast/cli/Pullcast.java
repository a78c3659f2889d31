// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import dev.pullcast.cli.command.CompletionCommand;
import dev.pullcast.cli.command.EngineCommand;
import dev.pullcast.cli.command.ExitCodes;
import dev.pullcast.cli.command.GatewayCommand;
import dev.pullcast.cli.command.ImagesCommand;
import dev.pullcast.cli.command.LogCommand;
import dev.pullcast.cli.command.ManCommand;
import dev.pullcast.cli.command.PullCommand;
import dev.pullcast.cli.command.TokenCommand;
import dev.pullcast.cli.command.UpCommand;
import dev.pullcast.cli.command.Version;
import dev.pullcast.cli.command.WatchCommand;
import dev.pullcast.cli.command.WorkerCommand;
import dev.pullcast.cli.render.Look;
import dev.pullcast.cli.render.SafeWriter;
import dev.pullcast.cli.render.Terminal;
import dev.pullcast.contract.settings.Settings.InvalidSetting;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line. */
@Command(
        name = "pullcast",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Pre-pulls container images on every machine that will need them, and shows every layer arrive.",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:all that was asked for is there",
            "  1:at least one image is not there",
            "  2:wrong usage or setting",
            " 69:the engine, the gateway or a port is not available",
            " 70:a bug of Pullcast",
            "130:stopped by Ctrl-C"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pullcast up                                all of it on this machine",
            "  pullcast pull alpine nginx:1.27            onto this machine's engine",
            "  pullcast pull --gateway http://127.0.0.1:8080 alpine",
            "                                             onto every engine behind a gateway"
        })
public final class Pullcast implements Runnable {
    private static final List<Part> PARTS = List.of(
            new Part("pull", PullCommand::new),
            new Part("images", ImagesCommand::new),
            new Part("watch", WatchCommand::new),
            new Part("up", UpCommand::new),
            new Part("worker", WorkerCommand::new),
            new Part("gateway", GatewayCommand::new),
            new Part("token", TokenCommand::new),
            new Part("engine", EngineCommand::new),
            new Part("log", LogCommand::new),
            new Part("completion", CompletionCommand::new),
            new Part("man", ManCommand::new),
            new Part("help", CommandLine.HelpCommand::new));

    /** These tell of the others. */
    private static final Set<String> ABOUT_ALL = Set.of("help", "completion", "man");

    /** A command by name; it is made only where it is needed, because picocli reflects on each one that it is given. */
    private record Part(String name, Supplier<Object> command) {}

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    Pullcast() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(execute(writer(System.out, false), writer(System.err, true), args));
    }

    private static PrintWriter writer(PrintStream stream, boolean flushed) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), flushed);
    }

    /** Runs a command and returns its exit code; see {@link ExitCodes}. */
    public static int execute(PrintWriter out, PrintWriter err, String... args) {
        try {
            return commandLine(args)
                    .setOut(out)
                    .setErr(new PrintWriter(new SafeWriter(err), true))
                    .setColorScheme(CommandLine.Help.defaultColorScheme(ansi()))
                    .setParameterExceptionHandler(Pullcast::correct)
                    .setExecutionExceptionHandler(Pullcast::explain)
                    .execute(args);
        } catch (LinkageError | ServiceConfigurationError e) {
            err.println("pullcast: this installation is incomplete: " + e
                    + ". Build it again ('make clean build'), or install it again.");
            return ExitCodes.INTERNAL;
        } finally {
            out.flush();
            err.flush();
        }
    }

    private static CommandLine.Help.Ansi ansi() {
        return Boolean.getBoolean(Terminal.PROPERTY) && Look.allowsColor(System.getenv())
                ? CommandLine.Help.Ansi.ON
                : CommandLine.Help.Ansi.OFF;
    }

    /** The commands that these arguments may mean; all of them without arguments. */
    static CommandLine commandLine(String... args) {
        CommandLine root = new CommandLine(new Pullcast());
        String first = args.length == 0 ? "" : args[0];
        boolean alone = !ABOUT_ALL.contains(first)
                && PARTS.stream().anyMatch(part -> part.name().equals(first));
        for (Part part : PARTS) {
            if (!alone || part.name().equals(first)) {
                root.addSubcommand(part.name(), part.command().get());
            }
        }
        return root;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** What is wrong, and where to read on: a page of options would push it off the screen. */
    private static int correct(ParameterException e, String... args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        if (args.length == 0) {
            // The launcher knows what standard output is, and not what standard error is.
            command.usage(err, CommandLine.Help.Ansi.OFF);
        } else {
            err.println("pullcast: " + e.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
            err.println("Options and examples: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return ExitCodes.USAGE;
    }

    private static int explain(Exception e, CommandLine commandLine, CommandLine.ParseResult parsed) {
        PrintWriter err = commandLine.getErr();
        if ((e instanceof IllegalArgumentException || e instanceof InvalidSetting) && e.getMessage() != null) {
            err.println("pullcast: " + e.getMessage());
            return ExitCodes.USAGE;
        }
        err.println("pullcast: this is a bug of Pullcast, please report it:");
        e.printStackTrace(err);
        return ExitCodes.INTERNAL;
    }
}
