// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.standalone.Up;
import dev.pullcast.cli.standalone.UpConfig;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pullcast up}. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Everything on this machine in one process: an embedded Kafka, a gateway with its dashboard, and a"
                        + " worker beside the local engine. Stays until Ctrl-C; its data stay on disk.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 69:a part cannot start: its port is taken, its folder in use, or no engine answers",
            "  2:wrong usage, or a setting that is unknown or wrong",
            "130:stopped by Ctrl-C"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pullcast up                             dashboard and API on http://127.0.0.1:8080",
            "  pullcast up --port 0 --data ./data      any free port; data in a folder of your own",
            "  pullcast up --socket /run/podman/podman.sock"
        })
public final class UpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--port", paramLabel = "N", description = "The gateway's port; 0 for any free one. Default: 8080.")
    private @Nullable Integer port;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "Where data stay. Default: PULLCAST_HOME, else ~/.local/share/pullcast.")
    private @Nullable Path data;

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Option(names = "--config", paramLabel = "FILE", description = "Settings, as Java properties.")
    private @Nullable Path file;

    @Option(names = "--verbose", description = "Tell on standard error what goes on inside.")
    private boolean verbose;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public UpCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (verbose) {
            Logging.verbose();
        } else {
            Logging.withoutBroker();
        }
        Map<String, String> overrides = new LinkedHashMap<>();
        if (port != null) {
            overrides.put("gateway.port", port.toString());
        }
        String address = engine.address();
        if (address != null) {
            overrides.put("engine.host", address);
        }
        var config = UpConfig.of(file, data, System.getenv(), overrides);
        boolean started =
                Up.run(config, spec.commandLine().getOut(), spec.commandLine().getErr(), InstantSource.system());
        return started ? ExitCodes.OK : ExitCodes.UNAVAILABLE;
    }
}
