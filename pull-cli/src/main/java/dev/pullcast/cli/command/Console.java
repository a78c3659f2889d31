// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.render.Display;
import dev.pullcast.cli.render.Terminal;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How a command shows a job. */
final class Console {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--output",
            paramLabel = "KIND",
            defaultValue = "auto",
            description = "auto: live bars on a terminal, else plain lines. plain, json (one event a line), quiet"
                    + " (images that are present). Default: ${DEFAULT-VALUE}.")
    private Output output = Output.auto;

    /** As typed. */
    enum Output {
        auto,
        plain,
        json,
        quiet
    }

    @SuppressWarnings("NullAway.Init") // picocli sets it
    Console() {}

    Terminal terminal() {
        return Terminal.of(
                spec.commandLine().getOut(),
                spec.commandLine().getErr(),
                Boolean.getBoolean("pullcast.terminal"),
                System.getenv());
    }

    Display display() {
        return Display.of(Display.Output.valueOf(output.name().toUpperCase(Locale.ROOT)), terminal());
    }
}
