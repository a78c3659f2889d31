// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.JobId;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.Rights;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.testkit.DevEngine.Ran;
import dev.pullcast.testkit.Processes;
import dev.pullcast.testkit.SecureKafka;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

/** The programs in docs/examples, as people start them, with the rights of a producer and of a subscriber alone. */
class ExamplesIT {
    private static final String IMAGE = "127.0.0.1:22000/team/app:1";
    private static final Path EXAMPLES = Processes.checkout().resolve("docs/examples");
    private static final Topics TOPICS = new Topics("examples.");

    @TempDir
    static Path folder;

    private static SecureKafka kafka;
    private static SecuredFleet fleet;

    @BeforeAll
    static void start() throws IOException {
        kafka = SecureKafka.start(Files.createDirectory(folder.resolve("kafka")), "producer", "subscriber");
        kafka.topics(TOPICS.prefix(), 3);
        for (String user : List.of("coordinator", "worker", "producer", "subscriber")) {
            kafka.user(user);
            Files.writeString(folder.resolve(user + ".properties"), lines(kafka.client(SecureKafka.Way.SCRAM, user)));
        }
        for (String user : List.of("producer", "subscriber")) {
            Files.writeString(folder.resolve(user + ".conf"), lines(kafka.librdkafka(user)));
        }
        kafka.grant("coordinator", Rights.ofCoordinator(TOPICS));
        kafka.grant("worker", Rights.ofWorker(TOPICS, "w1"));
        kafka.grant("producer", Rights.ofProducer(TOPICS));
        kafka.grant("subscriber", Rights.ofSubscriber(TOPICS, "followers"));
        fleet = new SecuredFleet(kafka, SecureKafka.Way.SCRAM, TOPICS, folder.resolve("worker"));
        fleet.engine().whenPulled(SecuredFleet.delivers(fleet.engine(), IMAGE));
        fleet.gateway("coordinator", "coordinator");
        fleet.worker("worker", "w1");
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
        if (kafka != null) {
            kafka.close();
        }
    }

    @Test
    void javaAsksForAnImageAndFollowsItsJobWithNothingButTheLibraryAndItsNeeds() {
        String job = java("AskForImages", "producer", TOPICS.prefix(), IMAGE).strip();
        assertThat(java("FollowJob", "subscriber", TOPICS.prefix(), "followers", job)
                        .lines())
                .startsWith("job.accepted " + job + "/accepted")
                .endsWith("job.completed " + job + "/completed")
                .doesNotHaveDuplicates();
    }

    @Test
    void pythonAsksForAnImageAndFollowsItsJob() {
        // As the distribution's package is for its own interpreter.
        String python = "/usr/bin/python3";
        needs("python3-confluent-kafka", python, "-c", "import confluent_kafka");
        String job = run(List.of(python), "python/ask_for_images.py", "producer", TOPICS.prefix(), IMAGE)
                .strip();
        assertThat(JobId.problemWith(job)).isNull();
        assertThat(run(List.of(python), "python/follow_job.py", "subscriber", TOPICS.prefix(), "followers", job)
                        .lines())
                .startsWith("job.accepted " + job + "/accepted")
                .endsWith("job.completed " + job + "/completed")
                .doesNotHaveDuplicates();
    }

    @Test
    void kcatAsksForAnImageAndFollowsItsJob() {
        needs("kcat", "kcat", "-V");
        String job = JobId.next(Instant.now());
        run(List.of(), "kcat/ask-for-images", "producer", TOPICS.prefix(), job, IMAGE);
        List<PullEvent> ends = Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> run(List.of(), "kcat/follow-job", "subscriber", TOPICS.prefix(), job)
                                .lines()
                                .map(line -> ContractJson.readEvent(line.getBytes(StandardCharsets.UTF_8)))
                                .toList(),
                        events -> events.stream().anyMatch(PullEvent.JobCompleted.class::isInstance));
        assertThat(ends).allSatisfy(event -> assertThat(event.jobId()).isEqualTo(job));
        assertThat(ends).hasSize(2);
    }

    private static void needs(String what, String... command) {
        boolean there;
        try {
            there = Processes.run(List.of(command), Map.of()).exitCode() == 0;
        } catch (UncheckedIOException e) {
            there = false;
        }
        Assumptions.assumeTrue(there, what + " is not installed; scripts/test installs it where it can");
    }

    private static String java(String program, String user, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Stream.of(
                                PullJob.class,
                                KafkaProducer.class,
                                JsonMapper.class,
                                JsonParser.class,
                                JsonProperty.class,
                                NullMarked.class,
                                Logger.class)
                        .map(ExamplesIT::placeOf)
                        .collect(Collectors.joining(File.pathSeparator)),
                EXAMPLES.resolve("java/" + program + ".java").toString(),
                folder.resolve(user + ".properties").toString()));
        command.addAll(List.of(arguments));
        return answer(command);
    }

    private static String run(List<String> by, String program, String user, String... arguments) {
        List<String> command = new ArrayList<>(by);
        command.add(EXAMPLES.resolve(program).toString());
        command.add(folder.resolve(user + ".conf").toString());
        command.addAll(List.of(arguments));
        return answer(command);
    }

    /** What it prints, without what a logger and kcat say of themselves on standard error. */
    private static String answer(List<String> command) {
        Ran ran = Processes.run(command, Map.of()).orFail();
        return ran.output()
                .lines()
                .filter(line -> !line.startsWith("SLF4J") && !line.startsWith("% "))
                .collect(Collectors.joining("\n"));
    }

    private static String placeOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String lines(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(entry -> entry.getKey() + '=' + entry.getValue() + '\n')
                .collect(Collectors.joining());
    }
}
