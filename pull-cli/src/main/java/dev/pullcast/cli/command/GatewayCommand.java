// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.gateway.GatewayMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pullcast gateway}. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "One gateway with dashboard and coordinator, for a fleet with a Kafka cluster. Settings come from a"
                        + " file and from the environment (PULLCAST_...; see the README). Stays until SIGTERM.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  pullcast gateway --config /etc/pullcast/gateway.properties",
            "  PULLCAST_KAFKA_BOOTSTRAP_SERVERS=kafka:9092 pullcast gateway",
            "  pullcast gateway --roles api            streams and API here, the coordinator elsewhere"
        })
public final class GatewayCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", description = "Settings, as Java properties.")
    private @Nullable Path file;

    @Option(names = "--roles", paramLabel = "ROLES", description = "api,coordinator: one of them, or both.")
    private @Nullable String roles;

    @Override
    public Integer call() throws InterruptedException {
        List<String> arguments = new ArrayList<>();
        if (file != null) {
            arguments.addAll(List.of("--config", file.toString()));
        }
        if (roles != null) {
            arguments.addAll(List.of("--roles", roles));
        }
        GatewayMain.main(arguments.toArray(String[]::new));
        return ExitCodes.OK;
    }
}
