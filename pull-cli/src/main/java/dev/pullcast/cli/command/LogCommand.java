// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.log.LogTail;
import dev.pullcast.cli.standalone.DataFolder;
import dev.pullcast.contract.text.VisibleText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pullcast log}. */
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        description = "Shows the log of pulls that is written for people.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"  0:shown", "  1:there is no log, or it cannot be read", "  2:wrong usage"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  pullcast log               the last 50 lines",
            "  pullcast log -f            and what is added, until Ctrl-C",
            "  pullcast log -n 200 --file /var/log/pullcast/pull.log"
        })
public final class LogCommand implements Callable<Integer> {
    private static final long LOOK_MILLIS = 250;
    private static final Path OF_A_SERVICE = Path.of("/var/log/pullcast/pull.log");

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is added, also when the file is set aside for a new one.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            defaultValue = "50",
            description = "How many lines, of the end. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Default: PULLCAST_LOG_FILE, else /var/log/pullcast/pull.log, else the log of pullcast up.")
    private @Nullable Path file;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public LogCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (count < 0) {
            throw new ParameterException(spec.commandLine(), "--lines must be at least 0");
        }
        Path log = place(file, System.getenv());
        PrintWriter out = spec.commandLine().getOut();
        try (LogTail tail = new LogTail(log)) {
            last(tail).forEach(line -> out.println(VisibleText.masked(line, ' ')));
            out.flush();
            while (follow && !out.checkError()) {
                Thread.sleep(LOOK_MILLIS);
                List<String> lines = tail.more();
                lines.forEach(line -> out.println(VisibleText.masked(line, ' ')));
            }
            return ExitCodes.OK;
        } catch (IOException e) {
            spec.commandLine().getErr().println("pullcast: " + problem(log, e));
            return ExitCodes.FAILED;
        }
    }

    private List<String> last(LogTail tail) throws IOException {
        try {
            return tail.last(count);
        } catch (NoSuchFileException e) {
            if (follow && file != null) {
                return List.of(); // whoever names a file and follows it waits for it
            }
            throw e;
        }
    }

    /** The first that exists, or else the one where it would be. */
    static Path place(@Nullable Path named, Map<String, String> environment) {
        String fromEnvironment = environment.getOrDefault("PULLCAST_LOG_FILE", "");
        if (named != null) {
            return named;
        }
        if (!fromEnvironment.isEmpty()) {
            return Path.of(fromEnvironment);
        }
        return Files.exists(OF_A_SERVICE)
                ? OF_A_SERVICE
                : DataFolder.of(environment).resolve(DataFolder.LOG);
    }

    private static String problem(Path log, IOException e) {
        return switch (e) {
            case NoSuchFileException _ ->
                "there is no log at " + log
                        + ". pullcast up writes one, a worker does with log.file (PULLCAST_LOG_FILE),"
                        + " and pull does with --log-file FILE; show another with --file FILE";
            case AccessDeniedException _ -> "cannot read the log " + log + ": permission denied";
            default -> "cannot read the log " + log + ": " + e.getMessage();
        };
    }
}
