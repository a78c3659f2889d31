// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import dev.pullcast.cli.command.EngineCommand;
import dev.pullcast.cli.command.ExitCodes;
import dev.pullcast.cli.command.GatewayCommand;
import dev.pullcast.cli.command.PullCommand;
import dev.pullcast.cli.command.UpCommand;
import dev.pullcast.cli.command.Version;
import dev.pullcast.cli.command.WatchCommand;
import dev.pullcast.cli.command.WorkerCommand;
import dev.pullcast.contract.settings.Settings.InvalidSetting;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
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
        subcommands = {
            PullCommand.class,
            WatchCommand.class,
            UpCommand.class,
            WorkerCommand.class,
            GatewayCommand.class,
            EngineCommand.class,
            CommandLine.HelpCommand.class
        },
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:all that was asked for is there",
            " 1:at least one image is not there",
            " 2:wrong usage",
            "69:the engine, the gateway or a port is not available",
            "70:a bug of Pullcast"
        },
        footer = {
            "%nExamples:",
            "  pullcast up                                everything on this machine, dashboard included",
            "  pullcast pull alpine nginx:1.27            onto this machine's engine",
            "  pullcast pull --gateway http://127.0.0.1:8080 alpine",
            "                                             onto every engine behind a gateway"
        })
public final class Pullcast implements Runnable {
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
        CommandLine commandLine =
                new CommandLine(new Pullcast()).setOut(out).setErr(err).setExecutionExceptionHandler(Pullcast::explain);
        int code = commandLine.execute(args);
        out.flush();
        err.flush();
        return code;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
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
