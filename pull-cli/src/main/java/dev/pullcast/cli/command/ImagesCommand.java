// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.client.EngineImages;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.local.EngineCheck.EngineUnavailable;
import dev.pullcast.cli.local.LocalEngine;
import dev.pullcast.contract.text.VisibleText;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pullcast images [PATH…]}. */
@Command(
        name = "images",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        description = "Lists the images that a project needs, one a line, as its sources write them. Pulls nothing and"
                + " asks no engine unless told to.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:every source could be read",
            " 1:at least one could not; the reason stands on standard error",
            " 2:wrong usage",
            "69:the engine does not answer, with --status"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pullcast images                            all that this folder and those below it name",
            "  pullcast images --from compose --profile test web",
            "                                             what the service web needs",
            "  helm template chart | pullcast images -    what a chart needs",
            "  pullcast images --json --status k8s | jq -r '.[] | select(.present | not) | .reference'",
            "                                             what is not there yet"
        })
public final class ImagesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PATH",
            description =
                    "Files, folders with all below them, - for standard input. With -f or --from compose: services."
                            + " Default: the working directory.")
    private List<String> operands = List.of();

    @Option(
            names = "--json",
            description = "An array: image, canonical reference, platform and policy, and where each is named.")
    private boolean json;

    @Option(
            names = "--status",
            description = "Ask the engine which of them it has, with size and digest: one request for all.")
    private boolean status;

    @Mixin
    private SourceOptions sources = new SourceOptions();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Option(names = "-p", paramLabel = "NAME", description = "Short for --project-name.")
    private @Nullable String projectName;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public ImagesCommand() {}

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        String address = engine.address();
        if (address != null && !status) {
            throw new ParameterException(spec.commandLine(), "--host and --socket name the engine for --status");
        }
        Found found = sources.find(operands, projectName);
        try {
            EngineImages present = status ? LocalEngine.images(address, System.getenv()) : null;
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                ImageReport.json(found, present, out);
            } else if (present != null) {
                ImageReport.table(found, present, out);
            } else {
                found.names().forEach(name -> out.println(VisibleText.masked(name, '?')));
            }
            out.flush();
        } catch (EngineUnavailable e) {
            SourceReport.print(found, err);
            err.println("pullcast: " + e.getMessage());
            return ExitCodes.UNAVAILABLE;
        }
        return SourceReport.print(found, err) ? ExitCodes.OK : ExitCodes.FAILED;
    }
}
