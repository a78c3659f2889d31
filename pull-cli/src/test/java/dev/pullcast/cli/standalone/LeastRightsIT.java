// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.JobId;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.kafka.ContractSerdes;
import dev.pullcast.contract.kafka.Right;
import dev.pullcast.contract.kafka.Rights;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.testkit.Processes;
import dev.pullcast.testkit.SecureKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a role says that lacks one of the rights in docs/kafka-security.md. */
class LeastRightsIT {
    private static final Topics TOPICS = new Topics("rights.");
    private static final String WORKER = "w1";
    private static final String IMAGE = "127.0.0.1:22000/team/app:1";

    @TempDir
    static Path folder;

    private static SecureKafka kafka;
    private static SecuredFleet fleet;

    /** The parts that start with rights of their own. */
    enum Role {
        WORKER,
        API,
        COORDINATOR;

        List<Right> rights() {
            return switch (this) {
                case WORKER -> Rights.ofWorker(TOPICS, LeastRightsIT.WORKER);
                case API -> Rights.ofApi(TOPICS);
                case COORDINATOR -> Rights.ofCoordinator(TOPICS);
            };
        }

        void start(String user) {
            switch (this) {
                case WORKER -> fleet.worker(user, LeastRightsIT.WORKER);
                case API -> fleet.gateway(user, "api");
                case COORDINATOR -> fleet.gateway(user, "coordinator");
            }
        }
    }

    @BeforeAll
    static void start() throws IOException {
        kafka = SecureKafka.start(Files.createDirectory(folder.resolve("kafka")));
        kafka.topics(TOPICS.prefix(), 3);
        fleet = new SecuredFleet(kafka, SecureKafka.Way.SCRAM, TOPICS, folder.resolve("worker"));
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

    static Stream<Arguments> eachRightOfEachRole() {
        return Stream.of(Role.values()).flatMap(role -> role.rights().stream().map(right -> Arguments.of(role, right)));
    }

    @ParameterizedTest(name = "{0} without {1}")
    @MethodSource("eachRightOfEachRole")
    void aRoleThatLacksOneRightDoesNotStartAndNamesThatRightAlone(Role role, Right lacking) {
        String user = role + "-without-" + role.rights().indexOf(lacking);
        kafka.user(user);
        kafka.grant(
                user,
                role.rights().stream().filter(right -> !right.equals(lacking)).toList());

        Throwable failure = catchThrowable(() -> role.start(user));

        assertThat(failure)
                .hasMessageContaining("needs: " + lacking.text() + ". Grant it so:")
                .hasMessageContaining(lacking.command());
        assertThat(String.valueOf(failure.getMessage()).lines().filter(line -> line.startsWith("kafka-acls.sh")))
                .containsExactly(lacking.command());
    }

    @Test
    void aRoleThatMayDoNothingNamesAllThatItNeeds() {
        kafka.user("nobody");
        assertThat(catchThrowable(() -> Role.COORDINATOR.start("nobody")))
                .extracting(Throwable::getMessage)
                .asString()
                .contains(Rights.ofCoordinator(TOPICS).stream().map(Right::text).toList());
    }

    @Test
    void aCoordinatorThatMayNotLookForHangingTransactionsSaysSoAndStarts() {
        kafka.user("least");
        kafka.grant("least", Rights.ofCoordinator(TOPICS));
        try (SecretsInLogs logs = new SecretsInLogs(() -> List.of("Cannot look for hanging transactions everywhere"))) {
            Role.COORDINATOR.start("least");
            assertThat(logs.found()).hasSize(1);
        }
        kafka.user("repairs");
        kafka.grant("repairs", Rights.ofCoordinator(TOPICS));
        kafka.grant("repairs", Rights.ofRepair(TOPICS));
        try (SecretsInLogs logs = new SecretsInLogs(() -> List.of("hanging transaction"))) {
            Role.COORDINATOR.start("repairs");
            assertThat(logs.found()).isEmpty();
        }
    }

    @Test
    void topicsThatAreMissingAreCreatedByWhoeverMayAndNamedByWhoeverMayNot() {
        Topics others = new Topics("later.");
        kafka.user("maker");
        kafka.grant("maker", Rights.ofWorker(others, WORKER));
        try (SecuredFleet later = new SecuredFleet(kafka, SecureKafka.Way.SCRAM, others, folder.resolve("later"))) {
            assertThat(catchThrowable(() -> later.worker("maker", WORKER)))
                    .hasMessageContaining(
                            "the topics later.tasks, later.events, later.results, later.workers are missing");
            kafka.grant("maker", Rights.ofSetUp(others));
            kafka.grant("maker", Rights.ofApi(others));
            kafka.grant("maker", Rights.ofCoordinator(others));
            later.gateway("maker", "api,coordinator");
            later.worker("maker", WORKER);
        }
    }

    @Test
    void aWorkerThatIsForbiddenItsTasksWhileItRunsSaysSoAndTakesThemWhenItIsAllowedAgain() {
        String user = "sometimes";
        String id = "w-sometimes";
        Right reading = Rights.ofWorker(TOPICS, id).getFirst();
        kafka.user(user);
        kafka.grant(user, Rights.ofWorker(TOPICS, id));
        fleet.worker(user, id);
        try (SecretsInLogs logs = new SecretsInLogs(() -> List.of("Not authorized to access topics: [rights.tasks]"))) {
            kafka.revoke(user, List.of(reading));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> !logs.found().isEmpty());
        }
        fleet.engine().whenPulled(SecuredFleet.delivers(fleet.engine(), IMAGE));
        send(id);
        kafka.grant(user, List.of(reading));

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() ->
                        Outside.valuesOf(kafka.superUser().getOrDefault("bootstrap.servers", ""), TOPICS.results())
                                .stream()
                                .map(ContractJson::readEvent)
                                .anyMatch(event -> event instanceof PullEvent.Succeeded end
                                        && end.origin().worker().equals(id)));
    }

    private static void send(String worker) {
        ImageReference reference = ImageReference.parse(IMAGE);
        TaskRecord task = new TaskRecord.PullTask(
                JobId.next(Instant.now()),
                worker,
                0,
                List.of(new TaskRecord.TaskPull(
                        PullId.of(reference.canonical(), null), IMAGE, reference.canonical(), null, null, null)),
                PullPolicy.ALWAYS,
                null,
                1,
                null,
                Instant.now().plus(Duration.ofHours(1)));
        try (KafkaProducer<String, TaskRecord> producer = new KafkaProducer<>(
                new HashMap<>(kafka.superUser()), new StringSerializer(), new ContractSerdes.TaskSerializer())) {
            producer.send(new ProducerRecord<>(TOPICS.tasks(), worker, task)).get(20, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theTableInTheDocumentIsThatOfTheCode() throws IOException {
        String document = Files.readString(Processes.checkout().resolve("docs/kafka-security.md"));
        assertThat(document.lines()
                        .filter(line ->
                                line.matches("\\| (worker|api|coordinator|repair|producer|subscriber|set-up) \\|.*"))
                        .map(line -> line.replaceAll(" \\| [^|]*\\|$", "")))
                .containsAll(rows("worker", Rights.ofWorker(Topics.DEFAULT, "ID")))
                .containsAll(rows("api", Rights.ofApi(Topics.DEFAULT)))
                .containsAll(rows("coordinator", Rights.ofCoordinator(Topics.DEFAULT)))
                .containsAll(rows("repair", Rights.ofRepair(Topics.DEFAULT)))
                .containsAll(rows("producer", Rights.ofProducer(Topics.DEFAULT)))
                .containsAll(rows("subscriber", Rights.ofSubscriber(Topics.DEFAULT, "GROUP")))
                .containsAll(rows("set-up", Rights.ofSetUp(Topics.DEFAULT)))
                .hasSize(6 + 7 + 16 + 3 + 1 + 4 + 1);
    }

    private static List<String> rows(String role, List<Right> rights) {
        return rights.stream().map(right -> "| " + role + " | " + right.text()).toList();
    }
}
