// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.testkit.Fault;
import dev.pullcast.testkit.SseProbe;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A pull that lasts longer than Kafka lets a consumer be silent. It lasts three quarters of a minute, with Kafka's
 * patience cut to six seconds; {@code PULLCAST_TEST_LONG_PULL_SECONDS} makes it an hour.
 */
@Tag("fleet")
class LongPullIT {
    private static final Duration LASTS =
            Duration.ofSeconds(Long.parseLong(System.getenv().getOrDefault("PULLCAST_TEST_LONG_PULL_SECONDS", "45")));
    private static final String OWNS = "Coordinates the jobs of partitions";

    @RegisterExtension
    static final Fleet FLEET = new Fleet(Map.of("kafka.max.poll.interval.ms", "6000"));

    @Test
    void evictsNobodyHoldsNobodyUpAndIsCommittedOnlyWhenItHasEnded() throws Exception {
        // So little that it does not wait on its way: of a MiB an hour, connections were cut after ten minutes.
        String large = FLEET.seed("long/large:1", "--layers", "1", "--size", "100K", "--seed", "large");
        String small = FLEET.seed("long/small:1", "--layers", "1", "--size", "300K", "--seed", "small");
        Fleet.Layer layer = FLEET.layers("long/large:1").getFirst();
        FLEET.registry().when(layer.digest(), new Fault.Slow((int) (layer.size() / LASTS.toSeconds())), 1);
        int bound = (int) LASTS.multipliedBy(2).toSeconds();
        PullJob lasting = Fleet.job(Fleet.named("w1"), bound, bound, large);
        Map<PullJob, List<String>> jobs = new LinkedHashMap<>(Map.of(lasting, List.of("w1")));
        FLEET.post(1, lasting);
        FLEET.awaitEvent(lasting, "its layer", PullEvent.Layer.class::isInstance);
        long place = FLEET.tail().offsetOfTask(lasting.id(), "w1");
        String before = incarnation();
        long owned = timesOwned();

        AtomicInteger meanwhile = new AtomicInteger();
        while (!hasEnded(lasting)) {
            PullJob other = Fleet.job(Fleet.named(Fleet.WORKERS), small);
            jobs.put(other, Fleet.WORKERS);
            FLEET.post(2, other);
            FLEET.awaitEnd(List.of(other));
            long committed = committed();
            if (!hasEnded(lasting)) {
                meanwhile.incrementAndGet();
                assertThat(committed)
                        .as("what was read after it is not committed")
                        .isEqualTo(place);
            }
            pass(LASTS.dividedBy(50), lasting);
        }
        FLEET.awaitEnd(jobs.keySet());

        Reckoning reckoning = Reckoning.of("a pull of " + LASTS.toSeconds() + " s and others meanwhile", FLEET, jobs);
        assertThat(reckoning.duplicates()).isZero();
        assertThat(meanwhile.get()).as("jobs that were done meanwhile").isGreaterThan(5);
        assertThat(FLEET.tail().results(List.of(lasting.id())).getFirst().event())
                .isInstanceOfSatisfying(
                        PullEvent.Succeeded.class,
                        succeeded -> assertThat(List.of(
                                        succeeded.origin().attempt(),
                                        succeeded.origin().engineRetry()))
                                .as("in one go: attempt and the engine's own retries")
                                .containsExactly(1, 0));
        await("what came after it is committed, too")
                .untilAsserted(() -> assertThat(committed()).isGreaterThan(place + meanwhile.get()));
        assertThat(incarnation()).as("the same run of the worker").isEqualTo(before);
        assertThat(timesOwned()).as("partitions stayed with their coordinators").isEqualTo(owned);
        assertThat(FLEET.services())
                .allSatisfy(service -> assertThat(service.log()).doesNotContain("poll timeout has expired"));
    }

    private static boolean hasEnded(PullJob job) {
        return FLEET.tail().results(List.of(job.id())).stream()
                .anyMatch(seen -> seen.event() instanceof PullEvent.JobCompleted);
    }

    /** Lets time go by, unless the job ends. */
    private static void pass(Duration time, PullJob job) {
        long since = System.nanoTime();
        await().atMost(time.plusSeconds(30)).until(() -> hasEnded(job) || System.nanoTime() - since > time.toNanos());
    }

    private static String incarnation() {
        var worker = ContractJson.mapper()
                .readTree(
                        SseProbe.get(FLEET.gateway(1).port(), "/v1/workers/w1").body());
        assertThat(worker.path("state").asString()).isEqualTo("ready");
        return worker.path("incarnation").asString();
    }

    private static long timesOwned() {
        return FLEET.services().stream()
                .mapToLong(service -> service.log()
                        .lines()
                        .filter(line -> line.contains(OWNS))
                        .count())
                .sum();
    }

    /** Where w1 would go on after a crash. */
    private static long committed() throws Exception {
        TopicPartition tasks = new TopicPartition(Topics.DEFAULT.tasks(), Topics.partitionOf("w1", Fleet.PARTITIONS));
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", FLEET.kafka().bootstrapServers()))) {
            var offset = admin.listConsumerGroupOffsets(Topics.DEFAULT.workerGroup("w1"))
                    .partitionsToOffsetAndMetadata()
                    .get(20, TimeUnit.SECONDS)
                    .get(tasks);
            return offset == null ? -1 : offset.offset();
        }
    }
}
