// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

class TopicPlanTest {
    private final TopicPlan plan = new TopicPlan(Topics.DEFAULT, 12, TopicSetup.BROKERS_REPLICATION);

    @Test
    void settingsAreThoseThatAsyncApiTells() throws IOException {
        JsonNode channels;
        try (InputStream in = TopicPlanTest.class.getResourceAsStream("/dev/pullcast/schemas/asyncapi.yaml")) {
            channels = YAMLMapper.shared().readTree(Objects.requireNonNull(in)).get("channels");
        }
        assertThat(channels.size()).isEqualTo(plan.settings().size());
        for (JsonNode channel : channels) {
            Map<String, String> settings = Objects.requireNonNull(
                    plan.settings().get(channel.get("address").stringValue()));
            JsonNode told = channel.at("/bindings/kafka/topicConfiguration");
            told.forEachEntry((name, value) -> assertThat(settings)
                    .describedAs(channel.get("address").stringValue())
                    .containsEntry(
                            name,
                            value.isArray()
                                    ? value.valueStream()
                                            .map(JsonNode::stringValue)
                                            .collect(Collectors.joining(","))
                                    : value.asString()));
            for (String name : new String[] {
                TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.RETENTION_MS_CONFIG, TopicConfig.MAX_MESSAGE_BYTES_CONFIG
            }) {
                assertThat(told.has(name)).describedAs(name).isEqualTo(settings.containsKey(name));
            }
            assertThat(channel.at("/bindings/kafka/topic")).isEqualTo(channel.get("address"));
            assertThat(channel.at("/bindings/kafka/partitions").intValue()).isEqualTo(TopicSetup.DEFAULT_PARTITIONS);
        }
    }

    @Test
    void aTopicOfSeveralCopiesMayLoseOneOfThem() {
        assertThat(plan.settings().values()).noneMatch(s -> s.containsKey("min.insync.replicas"));
        assertThat(new TopicPlan(Topics.DEFAULT, 12, (short) 1).settings().values())
                .noneMatch(s -> s.containsKey("min.insync.replicas"));
        assertThat(new TopicPlan(Topics.DEFAULT, 12, (short) 3).settings().values())
                .allMatch(s -> "2".equals(s.get("min.insync.replicas")));
    }

    @Nested
    class WhenTopicsExist {
        @Test
        void onlyTheOthersAreMissing() {
            assertThat(plan.missing(Map.of()))
                    .hasSize(9)
                    .allSatisfy((name, count) -> assertThat(count).isEqualTo(12));
            assertThat(plan.missing(Map.of("pull.tasks", 3, "pull.workers", 1)))
                    .containsOnlyKeys(
                            "pull.jobs",
                            "pull.events",
                            "pull.results",
                            "pull.sets",
                            "pull.rejected",
                            "pull.coordinator",
                            "pull.fleet");
        }

        @Test
        void thoseThatMustBeAlikeFollowThem() {
            assertThat(plan.missing(Map.of("pull.events", 24)))
                    .containsEntry("pull.jobs", 24)
                    .containsEntry("pull.results", 24)
                    .containsEntry("pull.tasks", 12);
        }

        @Test
        void andDifferAllAreNamed() {
            assertThat(plan.mismatch(Map.of("pull.jobs", 12, "pull.events", 12, "pull.tasks", 3)))
                    .isEmpty();
            assertThat(plan.mismatch(Map.of("pull.jobs", 12, "pull.events", 6, "pull.results", 12)))
                    .contains("pull.jobs has 12, pull.events has 6, pull.results has 12");
        }
    }

    @Test
    void commandsCreateTopicsAsTheyShouldBe() {
        TopicPlan three = new TopicPlan(new Topics("x."), 6, (short) 3);
        assertThat(three.commands(Map.of("x.events", 6)))
                .isEqualTo("kafka-topics.sh --create --topic x.events --partitions 6 --replication-factor 3"
                        + " --config cleanup.policy=delete --config retention.ms=86400000 --config segment.ms=14400000"
                        + " --config max.message.bytes=4194304 --config message.timestamp.type=LogAppendTime"
                        + " --config min.insync.replicas=2");
        assertThat(plan.commands(Map.of("pull.workers", 12))).doesNotContain("--replication-factor");
    }

    @Test
    void aWorkersPartitionIsWhereKafkasOwnPartitionerPutsItsKey() {
        for (String id : new String[] {"node-1", "", "räck/7", "a".repeat(300)}) {
            byte[] key = id.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            assertThat(Topics.partitionOf(id, 12))
                    .isEqualTo(org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey(key, 12))
                    .isBetween(0, 11);
        }
        assertThat(Utils.murmur2("node-1".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isNotZero();
    }
}
