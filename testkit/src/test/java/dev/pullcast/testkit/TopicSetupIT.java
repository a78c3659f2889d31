// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.TopicSetup.Ready;
import dev.pullcast.contract.kafka.TopicSetup.Result;
import dev.pullcast.contract.kafka.TopicSetup.Unusable;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.standalone.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TopicSetupIT {
    private final Topics topics = new Topics("setup-" + UlidCreator.getUlid() + ".");

    @Nested
    class OnAnOpenCluster {
        @RegisterExtension
        final TestKafka kafka = new TestKafka(1);

        @Test
        void allTopicsAreCreatedOnceWithTheirSettings() throws Exception {
            assertThat(ensure(kafka.bootstrapServers(), 3)).isInstanceOfSatisfying(Ready.class, ready -> {
                assertThat(ready.created())
                        .containsExactly(
                                topics.jobs(),
                                topics.tasks(),
                                topics.events(),
                                topics.results(),
                                topics.workers(),
                                topics.sets(),
                                topics.coordinator(),
                                topics.rejected(),
                                topics.fleet());
                assertThat(ready.partitionsOf(topics.events())).isEqualTo(3);
            });
            try (Admin admin = admin(kafka.bootstrapServers())) {
                assertThat(config(admin, topics.events()).get("retention.ms").value())
                        .isEqualTo("86400000");
                assertThat(config(admin, topics.results()).get("cleanup.policy").value())
                        .contains("compact")
                        .contains("delete");
                assertThat(config(admin, topics.workers()).get("cleanup.policy").value())
                        .isEqualTo("compact");
            }
            assertThat(ensure(kafka.bootstrapServers(), 7)).isInstanceOfSatisfying(Ready.class, again -> {
                assertThat(again.created()).isEmpty();
                assertThat(again.partitionsOf(topics.jobs())).isEqualTo(3);
            });
        }

        @Test
        void processesThatStartTogetherAllFindThem() throws Exception {
            try (ExecutorService processes = Executors.newCachedThreadPool()) {
                List<Callable<Result>> starts = Collections.nCopies(6, () -> ensure(kafka.bootstrapServers(), 3));
                for (Future<Result> start : processes.invokeAll(starts)) {
                    assertThat(start.get())
                            .isInstanceOfSatisfying(
                                    Ready.class,
                                    ready -> assertThat(ready.partitions())
                                            .hasSize(9)
                                            .allSatisfy((topic, count) ->
                                                    assertThat(count).isEqualTo(3)));
                }
            }
        }

        @Test
        void everyPartitionTakesTheVeryFirstRecord() {
            for (int round = 0; round < 20; round++) {
                Topics fresh = new Topics(topics.prefix() + round + '.');
                TopicSetup.ensure(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        fresh,
                        TopicSetup.DEFAULT_PARTITIONS,
                        TopicSetup.BROKERS_REPLICATION);
                Map<String, Object> settings = Map.of(
                        "bootstrap.servers", kafka.bootstrapServers(), "enable.idempotence", false, "retries", 0);
                try (KafkaProducer<String, String> producer =
                        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
                    List<Future<RecordMetadata>> sent = IntStream.range(0, TopicSetup.DEFAULT_PARTITIONS)
                            .mapToObj(partition ->
                                    producer.send(new ProducerRecord<>(fresh.rejected(), partition, "key", "value")))
                            .toList();
                    assertThat(sent).allSatisfy(each -> assertThat(each).succeedsWithin(Duration.ofSeconds(10)));
                }
            }
        }

        @Test
        void countsThatDifferAreNamed() throws Exception {
            create(kafka.bootstrapServers(), new NewTopic(topics.jobs(), 2, (short) 1));
            create(kafka.bootstrapServers(), new NewTopic(topics.results(), 4, (short) 1));
            assertThat(ensure(kafka.bootstrapServers(), 3))
                    .isInstanceOfSatisfying(
                            Unusable.class,
                            unusable -> assertThat(unusable.problem())
                                    .contains(topics.jobs() + " has 2")
                                    .contains(topics.results() + " has 4"));
        }
    }

    @Nested
    class WhereThePrincipalMayNotCreate {
        @Test
        void theMissingTopicsAndTheirSettingsAreNamed(@TempDir Path folder) throws Exception {
            Map<String, String> withRights = Map.of(
                    "authorizer.class.name",
                    "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                    "allow.everyone.if.no.acl.found",
                    "true");
            try (EmbeddedBroker broker = new EmbeddedBroker(folder, 0, withRights)) {
                String servers = broker.start();
                create(servers, new NewTopic(topics.tasks(), 3, (short) 1));
                deny(servers, ResourceType.CLUSTER, "kafka-cluster");
                deny(servers, ResourceType.TOPIC, topics.jobs());
                deny(servers, ResourceType.TOPIC, topics.events());

                assertThat(ensure(servers, 3)).isInstanceOfSatisfying(Unusable.class, unusable -> {
                    assertThat(unusable.passing()).isFalse();
                    assertThat(unusable.problem())
                            .contains("does not let this principal create them")
                            .contains("--topic " + topics.jobs() + " --partitions 3 --config cleanup.policy=delete")
                            .contains("--topic " + topics.events() + " --partitions 3")
                            .contains("retention.ms=86400000")
                            .doesNotContain(topics.tasks());
                });
            }
        }
    }

    @Nested
    class WhereNobodyListens {
        @Test
        void theProblemMayPass() {
            Map<String, Object> config = Map.of(
                    "bootstrap.servers", "127.0.0.1:1", "default.api.timeout.ms", 1000, "request.timeout.ms", 500);
            assertThat(TopicSetup.ensure(config, topics, 3, TopicSetup.BROKERS_REPLICATION))
                    .isInstanceOfSatisfying(
                            Unusable.class,
                            unusable -> assertThat(unusable.passing()).isTrue());
        }
    }

    private Result ensure(String servers, int partitions) {
        return TopicSetup.ensure(
                Map.of("bootstrap.servers", servers), topics, partitions, TopicSetup.BROKERS_REPLICATION);
    }

    private static Admin admin(String servers) {
        return Admin.create(Map.of("bootstrap.servers", servers));
    }

    private static void create(String servers, NewTopic topic) throws Exception {
        try (Admin admin = admin(servers)) {
            get(admin.createTopics(List.of(topic)).all());
        }
    }

    private static void deny(String servers, ResourceType type, String name) throws Exception {
        AccessControlEntry nobody =
                new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.CREATE, AclPermissionType.DENY);
        AccessControlEntry look =
                new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.DESCRIBE, AclPermissionType.ALLOW);
        ResourcePattern pattern = new ResourcePattern(type, name, PatternType.LITERAL);
        try (Admin admin = admin(servers)) {
            if (type == ResourceType.TOPIC) {
                get(admin.createAcls(List.of(new AclBinding(pattern, nobody), new AclBinding(pattern, look)))
                        .all());
            } else {
                // What is left of the cluster's rights must still let it tell and take rules.
                AccessControlEntry alter =
                        new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.ALTER, AclPermissionType.ALLOW);
                AccessControlEntry act = new AccessControlEntry(
                        "User:ANONYMOUS", "*", AclOperation.CLUSTER_ACTION, AclPermissionType.ALLOW);
                get(admin.createAcls(List.of(
                                new AclBinding(pattern, alter),
                                new AclBinding(pattern, act),
                                new AclBinding(pattern, look),
                                new AclBinding(pattern, nobody)))
                        .all());
            }
        }
    }

    private static Config config(Admin admin, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return Objects.requireNonNull(
                get(admin.describeConfigs(List.of(resource)).all()).get(resource));
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}
