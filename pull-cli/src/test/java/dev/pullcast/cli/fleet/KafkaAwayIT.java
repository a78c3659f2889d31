// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.Target;
import dev.pullcast.testkit.Fault;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Kafka that is away, in part and altogether, and everything restarted in its turn. */
@Tag("fleet")
class KafkaAwayIT {
    private static final Duration OUTAGE = Duration.ofSeconds(30);
    /** A layer of five MiB takes as long as most of the outage. */
    private static final int SLOW = 250 * 1024;

    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    @AfterEach
    void heal() {
        FLEET.registry().heal();
        FLEET.kafka().startAll();
    }

    @Test
    void whenEachBrokerInTurnIsKilledJobsGoOn() {
        String image = FLEET.seed("broker/app:1", "--layers", "2", "--size", "300K,500K", "--seed", "broker");
        Map<PullJob, List<String>> jobs = new LinkedHashMap<>();
        try (Follower follower = new Follower(FLEET.gatewayPorts())) {
            for (int broker = 0; broker < FLEET.kafka().brokers(); broker++) {
                ask(jobs, image);
                FLEET.kafka().kill(broker);
                ask(jobs, image);
                FLEET.awaitEnd(jobs.keySet());
                FLEET.kafka().start(broker);
            }
            Reckoning.of("each broker killed", FLEET, jobs);
            Reckoning.sawAll(follower, FLEET, jobs.keySet());
        }
    }

    private static void ask(Map<PullJob, List<String>> jobs, String image) {
        for (int i = 0; i < Fleet.PARTITIONS; i++) {
            PullJob job = Fleet.job(Fleet.named(Fleet.WORKERS), image);
            jobs.put(job, Fleet.WORKERS);
            FLEET.write(job, i);
        }
    }

    @Test
    void forThirtySecondsPullsGoOnAndEverythingIsDeliveredAfterwards() {
        String image = FLEET.seed("away/app:1", "--layers", "2", "--size", "400K,5M", "--seed", "away");
        Fleet.Layer slow = FLEET.layers("away/app:1").getLast();
        FLEET.registry().when(slow.digest(), new Fault.Slow(SLOW), Fleet.WORKERS.size());
        PullJob job = Fleet.job(Target.EVERYBODY, image);
        Map<PullJob, List<String>> jobs = new LinkedHashMap<>(Map.of(job, Fleet.WORKERS));
        try (Follower follower = new Follower(FLEET.gatewayPorts())) {
            FLEET.post(1, job);
            Fleet.WORKERS.forEach(worker -> FLEET.awaitEvent(
                    job, "the slow layer on " + worker, event -> isDownloading(event, worker, slow.shortName())));

            FLEET.kafka().killAll();
            long since = System.nanoTime();
            await("the images are there, and Kafka is away for thirty seconds")
                    .atMost(OUTAGE.plusSeconds(30))
                    .until(() -> System.nanoTime() - since > OUTAGE.toNanos()
                            && Fleet.WORKERS.stream()
                                    .allMatch(worker -> FLEET.engine(worker).has(image)));
            FLEET.services().forEach(service -> {
                assertThat(service.isAlive())
                        .as("%s\n%s", service.name(), service.log())
                        .isTrue();
                System.out.printf("fleet: without Kafka %s has %d MiB%n", service.name(), service.residentMebibytes());
            });
            FLEET.kafka().startAll();
            PullJob after = Fleet.job(Target.EVERYBODY, image);
            jobs.put(after, Fleet.WORKERS);
            FLEET.write(after, 3);
            FLEET.awaitEnd(jobs.keySet());

            assertThat(Reckoning.of("30 s without Kafka", FLEET, jobs).duplicates())
                    .isZero();
            assertThat(FLEET.fetches(slow)).isEqualTo(Fleet.WORKERS.size());
            Reckoning.sawAll(follower, FLEET, jobs.keySet());
        }
    }

    private static boolean isDownloading(PullEvent event, String worker, String layer) {
        return event instanceof PullEvent.Layer step
                && step.origin().worker().equals(worker)
                && step.layer().equals(layer)
                && step.phase() == LayerPhase.DOWNLOADING
                && step.current() != null
                && step.current() > 0;
    }

    @Test
    void whileEverythingIsRestartedInItsTurnNoJobIsLostAndFollowersMissNothing() {
        String image = FLEET.seed("rolling/app:1", "--layers", "2", "--size", "300K,500K", "--seed", "rolling");
        Map<PullJob, List<String>> jobs = new LinkedHashMap<>();
        try (Follower first = new Follower(FLEET.gatewayPorts());
                Follower second = new Follower(FLEET.gatewayPorts().reversed())) {
            for (Service service : FLEET.services()) {
                ask(jobs, image);
                assertThat(service.stop())
                        .as("%s says on SIGTERM", service.name())
                        .isIn(0, 128 + 15);
                ask(jobs, image);
                service.start();
            }
            for (int broker = 0; broker < FLEET.kafka().brokers(); broker++) {
                ask(jobs, image);
                FLEET.kafka().stop(broker);
                ask(jobs, image);
                FLEET.kafka().start(broker);
            }
            FLEET.awaitEnd(jobs.keySet());

            assertThat(Reckoning.of("everything restarted", FLEET, jobs).duplicates())
                    .isZero();
            for (Follower follower : List.of(first, second)) {
                Reckoning.sawAll(follower, FLEET, jobs.keySet());
            }
        }
    }
}
