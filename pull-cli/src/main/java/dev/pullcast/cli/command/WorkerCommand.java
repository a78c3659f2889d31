// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.worker.WorkerMain;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pullcast worker}. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "One worker beside one engine, for a fleet with a Kafka cluster. Settings come from a file and from"
                        + " the environment (PULLCAST_...; see the README). Stays until SIGTERM.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  pullcast worker --config /etc/pullcast/worker.properties",
            "  PULLCAST_KAFKA_BOOTSTRAP_SERVERS=kafka:9092 PULLCAST_WORKER_LABELS=zone=east pullcast worker"
        })
public final class WorkerCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", description = "Settings, as Java properties.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        WorkerMain.main(file == null ? new String[0] : new String[] {"--config", file.toString()});
        return ExitCodes.OK;
    }
}
