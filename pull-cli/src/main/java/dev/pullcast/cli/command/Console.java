// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.render.Display;
import dev.pullcast.cli.render.Terminal;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How a command shows what goes on. */
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

    @Option(
            names = {"-v", "--verbose"},
            description = "Show the layers of each image, too.")
    private boolean layers;

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
                Boolean.getBoolean(Terminal.PROPERTY),
                System.getenv(),
                System.getProperty("os.name", ""));
    }

    Display display() {
        return display(terminal());
    }

    Display display(Terminal terminal) {
        return Display.of(output(), terminal, layers);
    }

    Display.Output output() {
        return Display.Output.valueOf(output.name().toUpperCase(Locale.ROOT));
    }

    boolean layers() {
        return layers;
    }
}
