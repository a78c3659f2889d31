// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.Target;
import dev.pullcast.testkit.SseProbe;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A gateway, with the coordinator that owns half of the jobs' partitions, that ends by SIGKILL. */
@Tag("fleet")
class GatewayKilledIT {
    private static final Duration TAKE_OVER = Duration.ofSeconds(10);
    private static final int JOBS = 4 * Fleet.PARTITIONS;

    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    @AfterEach
    void heal() {
        for (int gateway = 1; gateway <= FLEET.gatewayPorts().size(); gateway++) {
            if (!FLEET.gateway(gateway).isAlive()) {
                FLEET.gateway(gateway).start();
            }
        }
    }

    @RepeatedTest(3)
    void itsJobsAreTakenOverWithinTenSecondsAndItsClientsGoOnAtTheOtherWhereTheyWere(RepetitionInfo repetition) {
        int killed = 1 + repetition.getCurrentRepetition() % 2;
        int other = 3 - killed;
        String name = "taken-over/app:" + repetition.getCurrentRepetition();
        String image = FLEET.seed(name, "--layers", "3", "--size", "300K,400K,500K", "--seed", name);
        Map<PullJob, List<String>> jobs = new LinkedHashMap<>();
        Map<PullJob, Long> askedAt = new HashMap<>();
        long killedAt = 0;
        try (Follower cut = new Follower(List.of(port(killed), port(other)));
                Follower cutToo = new Follower(List.of(port(killed), port(other)));
                Follower whole = new Follower(List.of(port(other)))) {
            for (int i = 0; i < JOBS; i++) {
                PullJob job = Fleet.job(Target.EVERYBODY, image);
                jobs.put(job, Fleet.WORKERS);
                FLEET.write(job, i % Fleet.PARTITIONS);
                askedAt.put(job, System.nanoTime());
                if (i == JOBS / 2) {
                    killedAt = System.nanoTime();
                    FLEET.gateway(killed).kill();
                }
            }
            FLEET.awaitEnd(jobs.keySet());

            Reckoning.of("a gateway killed", FLEET, jobs);
            long longest = 0;
            for (Map.Entry<PullJob, Long> asked : askedAt.entrySet()) {
                long accepted = acceptedAt(asked.getKey());
                longest = Math.max(longest, accepted - Math.max(killedAt, asked.getValue()));
            }
            System.out.printf("fleet: the last job was accepted %d ms after the kill%n", longest / 1_000_000);
            assertThat(Duration.ofNanos(longest)).isLessThan(TAKE_OVER);
            for (Follower follower : List.of(cut, cutToo, whole)) {
                Reckoning.sawAll(follower, FLEET, jobs.keySet());
            }
            assertThat(cut.streams()).isGreaterThan(1);
        }

        FLEET.gateway(killed).start();
        for (PullJob job : jobs.keySet()) {
            assertThat(view(killed, job))
                    .as("a job at the gateway that came back")
                    .isEqualTo(view(other, job));
        }
    }

    private static int port(int gateway) {
        return FLEET.gateway(gateway).port();
    }

    private static long acceptedAt(PullJob job) {
        return FLEET.tail().events(List.of(job.id())).stream()
                .filter(seen -> seen.event() instanceof PullEvent.JobAccepted)
                .mapToLong(Tail.Seen::nanos)
                .findFirst()
                .orElseThrow();
    }

    private static String view(int gateway, PullJob job) {
        SseProbe.Answer answer = SseProbe.get(port(gateway), "/v1/pulls/" + job.id());
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }
}
