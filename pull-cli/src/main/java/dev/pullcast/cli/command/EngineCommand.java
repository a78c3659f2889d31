// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.local.EngineCheck;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code pullcast engine}. */
@Command(
        name = "engine",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Asks the engine what it is; exit code 69 if it does not answer.")
public final class EngineCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public EngineCommand() {}

    @Override
    public Integer call() {
        Logging.quiet();
        try {
            spec.commandLine().getOut().println(EngineCheck.describe(engine.address(), System.getenv()));
            return ExitCodes.OK;
        } catch (EngineCheck.EngineUnavailable e) {
            spec.commandLine().getErr().println("pullcast: " + e.getMessage());
            return ExitCodes.UNAVAILABLE;
        }
    }
}
