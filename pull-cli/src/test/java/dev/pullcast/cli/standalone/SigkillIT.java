// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pullcast.cli.client.GatewayClient;
import dev.pullcast.cli.client.JobIds;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.testkit.EngineAct;
import dev.pullcast.testkit.EngineAnswer;
import dev.pullcast.testkit.Gate;
import dev.pullcast.testkit.ScriptedEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL loses nothing: {@code pullcast up} is killed under load, and started again on its data folder. */
class SigkillIT {
    private static final Duration READY = Duration.ofSeconds(30);
    private static final int JOBS_PER_ROUND = 40;
    private static final String QUICK = "127.0.0.1:22000/quick";
    private static final String HELD = "127.0.0.1:22000/held";
    /** So many rounds {@code make test-fleet} makes, unless this property has another number. */
    private static final int MANY_ROUNDS = Integer.getInteger("pullcast.sigkill.rounds", 20);

    @TempDir
    Path folder;

    private final ScriptedEngine engine = ScriptedEngine.start();
    private final Random random = new Random(20_261_130);
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final List<Duration> starts = new ArrayList<>();

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void eachOfFiveStartsIsQuickAndEveryJobEndsOnce() {
        rounds(5);
    }

    @Test
    @Tag("fleet")
    void eachOfManyStartsIsQuickAndEveryJobEndsOnce() {
        rounds(MANY_ROUNDS);
    }

    private void rounds(int count) {
        Gate held = new Gate();
        engine.whenPulled(SecuredFleet.delivers(engine, QUICK + ":1"));
        engine.whenPulled(HELD, new EngineAnswer(List.of(new EngineAct.Pause(held), new EngineAct.Cut())));
        for (int round = 1; round <= count; round++) {
            try (UpProcess up = up(round)) {
                loadAndKill(up);
            }
        }
        held.open();
        engine.whenPulled(HELD, EngineAnswer.error(404, "manifest unknown"));
        try (UpProcess last = up(count + 1)) {
            everyJobHasOneEnd(last.kafka());
        }
        System.out.println("starts took " + starts + " with " + accepted.size() + " jobs");
    }

    private UpProcess up(int round) {
        UpProcess up = UpProcess.start(folder.resolve("data"), folder.resolve("up-" + round + ".log"), engine.socket());
        try {
            starts.add(up.awaitReady(READY));
            return up;
        } catch (RuntimeException | Error e) {
            String log = up.log();
            up.close();
            throw new AssertionError("start " + round + " after " + starts + ":\n" + log, e);
        }
    }

    /** Kills it at any moment while jobs come in. */
    private void loadAndKill(UpProcess up) {
        int enough = accepted.size() + 1 + random.nextInt(JOBS_PER_ROUND);
        GatewayClient client = new GatewayClient(up.url(), null);
        Thread sender = Thread.ofVirtual().start(() -> {
            while (send(client)) {}
        });
        await().pollInterval(Duration.ofMillis(1)).atMost(READY).until(() -> accepted.size() >= enough);
        up.kill();
        try {
            sender.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Every fourth job is still at its pull when the process is killed. */
    private boolean send(GatewayClient client) {
        String id = JobIds.next(Instant.now());
        String image = accepted.size() % 4 == 3 ? HELD : QUICK;
        try {
            client.enqueue(PullJob.of(id, List.of(ImageRequest.of(image + ":1"))));
            accepted.add(id);
            return true;
        } catch (IOException e) {
            // It was killed before it answered: nothing was promised.
            return false;
        }
    }

    private void everyJobHasOneEnd(String kafka) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(completed(events(kafka))).containsAll(accepted));
        List<PullEvent> events = events(kafka);
        assertThat(completed(events)).doesNotHaveDuplicates();
        // A pull's end may be written again after a crash, under the id that it had.
        Set<String> pullEnds = events.stream()
                .filter(PullEvent.OfPull.class::isInstance)
                .map(event -> event.jobId() + ' ' + event.id())
                .collect(Collectors.toSet());
        assertThat(pullEnds)
                .extracting(end -> end.substring(0, end.indexOf(' ')))
                .doesNotHaveDuplicates()
                .containsAll(accepted);
    }

    private static List<String> completed(List<PullEvent> events) {
        return events.stream()
                .filter(PullEvent.JobCompleted.class::isInstance)
                .map(PullEvent::jobId)
                .toList();
    }

    private static List<PullEvent> events(String kafka) {
        return Outside.valuesOf(kafka, Topics.DEFAULT.results()).stream()
                .map(ContractJson::readEvent)
                .toList();
    }
}
