// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.local.EngineCheck;
import dev.pullcast.cli.local.EngineReport;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pullcast engine}. */
@Command(
        name = "engine",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Asks the engine what it is, what it speaks, how it keeps images and treats registries; exit code 69"
                        + " if it does not answer.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  pullcast engine                         what DOCKER_HOST or the default socket leads to",
            "  pullcast engine --socket /run/podman/podman.sock",
            "  pullcast engine --host tcp://10.0.0.7:2376 --json | jq .apiVersion"
        })
public final class EngineCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Option(names = "--json", description = "One JSON object; null for what cannot be found out.")
    private boolean json;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public EngineCommand() {}

    @Override
    public Integer call() {
        Logging.quiet();
        try {
            EngineReport report = EngineCheck.report(engine.address(), System.getenv());
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(report.json());
            } else {
                report.lines().forEach(out::println);
            }
            return ExitCodes.OK;
        } catch (EngineCheck.EngineUnavailable e) {
            spec.commandLine().getErr().println("pullcast: " + e.getMessage());
            return ExitCodes.UNAVAILABLE;
        }
    }
}
