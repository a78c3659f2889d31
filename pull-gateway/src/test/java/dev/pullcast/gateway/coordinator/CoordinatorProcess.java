// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.kafka.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** A coordinator in a process of its own, so that a test can kill it as a crash would. */
final class CoordinatorProcess {
    private CoordinatorProcess() {}

    /** Bootstrap servers and topic prefix. */
    public static void main(String[] args) throws InterruptedException {
        Coordinator coordinator = new Coordinator(config(Map.of("bootstrap.servers", args[0]), new Topics(args[1])));
        coordinator.start();
        Thread.currentThread().join();
    }

    static CoordinatorConfig config(Map<String, String> kafka, Topics topics) {
        JobRules rules = new JobRules(
                JobRules.DEFAULT.limits(),
                JobRules.DEFAULT.maxRecordBytes(),
                JobRules.DEFAULT.tasksPerWorker(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1));
        return new CoordinatorConfig(kafka, topics, InstantSource.system(), rules, Duration.ofSeconds(2));
    }

    static Process start(String servers, Topics topics) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CoordinatorProcess.class.getName(),
                        servers,
                        topics.prefix()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
