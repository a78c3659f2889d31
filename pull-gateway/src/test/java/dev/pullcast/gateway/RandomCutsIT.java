// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static dev.pullcast.gateway.GatewayFixture.queued;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.Browser;
import dev.pullcast.testkit.CuttingProxy;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Clients that are cut again and again, wherever the bytes happen to be, and come back at one gateway or the other. */
class RandomCutsIT {
    private static final int CUTS = 200;
    private static final int JOBS = 7;
    private static final int CLIENTS = 6;

    @RegisterExtension
    final TestKafka kafka = new TestKafka(5);

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private final List<String> jobs = Stream.generate(
                    () -> UlidCreator.getMonotonicUlid().toString())
            .limit(JOBS)
            .toList();
    private GatewayFixture gateways;

    @BeforeEach
    void start() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
    }

    @AfterEach
    void stop() {
        gateways.close();
    }

    /** What a client has seen: the numbers of each job's events, in the order in which they came. */
    private static final class Seen {
        final Map<String, List<Long>> byJob = new HashMap<>();
        int count;

        void add(JsonNode event) {
            byJob.computeIfAbsent(event.get("job").asString(), _ -> new ArrayList<>())
                    .add(event.get("seq").asLong());
            count++;
        }
    }

    private void expectAll(Seen seen, int each) {
        List<Long> all = LongStream.rangeClosed(1, each).boxed().toList();
        jobs.forEach(job -> assertThat(seen.byJob.get(job))
                .as("each event once and in order")
                .isEqualTo(all));
    }

    @Test
    void see_each_event_once_and_in_order_after_200_cuts_while_events_go_on() {
        // The second remembers next to nothing, so that it reads most of it back from Kafka.
        int[] ports = {
            gateways.start().port(), gateways.start("gateway.ring-bytes=65536").port()
        };
        Random random = new Random(42);
        int each = 3 * CUTS;
        Seen seen = new Seen();
        String id = "";
        int written = 0;
        int cuts = 0;
        try (EventWriter writer = new EventWriter(kafka)) {
            try (SseProbe first = SseProbe.open(ports[0], "/v1/events")) {
                id = String.valueOf(first.nextEvent("snapshot").id());
            }
            while (seen.count < each * JOBS) {
                // Some of what the next stream reads is there when it begins, and some comes while it is open.
                for (int half = 0; half < 2; half++) {
                    for (int i = random.nextInt(4); i > 0 && written < each; i--) {
                        written++;
                        for (String job : jobs) {
                            writer.write(EventWriter.step(job, written, "x".repeat(random.nextInt(400))));
                        }
                    }
                    writer.flush();
                }
                try (SseProbe stream = SseProbe.open(ports[random.nextInt(2)], "/v1/events", "Last-Event-ID: " + id)) {
                    int unread = written * JOBS - seen.count;
                    for (int left = Math.min(unread, 1 + random.nextInt(40)); left > 0; left--) {
                        SseProbe.Block block = stream.nextEvent();
                        assertThat(block.event()).isEqualTo("pull.retrying");
                        seen.add(ContractJson.mapper().readTree(block.data()));
                    }
                    id = stream.lastEventId().isEmpty() ? id : stream.lastEventId();
                }
                cuts++;
                if (written == each && seen.count < each * JOBS && cuts >= CUTS) {
                    break;
                }
            }
            try (SseProbe rest = SseProbe.open(ports[0], "/v1/events", "Last-Event-ID: " + id)) {
                while (seen.count < each * JOBS) {
                    seen.add(ContractJson.mapper().readTree(rest.nextEvent().data()));
                }
            }
        }
        assertThat(cuts).isGreaterThanOrEqualTo(CUTS);
        expectAll(seen, each);
    }

    @Test
    void see_each_event_once_and_in_order_when_their_gateway_stops_amid_events() throws Exception {
        // Nobody is so slow here that something would have to be dropped.
        Gateway stopping = gateways.start("gateway.sse.queue-frames=100000");
        int other = gateways.start("gateway.sse.queue-frames=100000").port();
        int each = 300;
        CountDownLatch begun = new CountDownLatch(CLIENTS);
        List<Future<Long>> retries = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
                EventWriter writer = new EventWriter(kafka)) {
            for (int i = 0; i < CLIENTS; i++) {
                retries.add(clients.submit(() -> readAcross(stopping.port(), other, each, begun)));
            }
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            for (int seq = 1; seq <= each; seq++) {
                for (String job : jobs) {
                    writer.write(EventWriter.step(job, seq, "x"));
                }
                if (seq == each / 2) {
                    stopping.close();
                }
            }
            writer.flush();
            List<Long> said = new ArrayList<>();
            for (Future<Long> retry : retries) {
                said.add(retry.get(60, TimeUnit.SECONDS));
            }
            assertThat(said.stream().distinct()).as("spread over clients").hasSizeGreaterThan(2);
        }
    }

    /** Reads until the first gateway ends the stream, and the rest at the other. Returns what the first said last. */
    private Long readAcross(int first, int second, int each, CountDownLatch begun) {
        Seen seen = new Seen();
        String id;
        Long retry = null;
        try (SseProbe stream = SseProbe.open(first, "/v1/events")) {
            stream.nextEvent("snapshot");
            begun.countDown();
            for (var block = stream.next(); block.isPresent(); block = stream.next()) {
                retry = block.get().retry();
                if (block.get().isEvent()) {
                    seen.add(ContractJson.mapper().readTree(block.get().data()));
                }
            }
            id = stream.lastEventId();
        }
        assertThat(retry).as("the last word").isNotNull();
        try (SseProbe stream = SseProbe.open(second, "/v1/events", "Last-Event-ID: " + id)) {
            while (seen.count < each * JOBS) {
                SseProbe.Block block = stream.nextEvent();
                assertThat(block.event()).isEqualTo("pull.retrying");
                seen.add(ContractJson.mapper().readTree(block.data()));
            }
        }
        expectAll(seen, each);
        return Objects.requireNonNull(retry);
    }

    @Test
    void see_each_event_once_and_in_order_with_chromiums_own_event_source() {
        int first = gateways.start().port();
        int second = gateways.start("gateway.ring-bytes=65536").port();
        int each = 60;
        try (CuttingProxy proxy = new CuttingProxy(List.of(first, second));
                Browser browser = Browser.start()) {
            // Of the files for pages: what others answer may not connect anywhere.
            browser.open("http://127.0.0.1:" + proxy.port() + "/style.css");
            browser.run("""
                    window.seen = [];
                    window.opened = 0;
                    window.source = new EventSource('/v1/events');
                    source.addEventListener('open', () => window.opened++);
                    source.addEventListener('snapshot', e => window.begun = true);
                    source.addEventListener('reset', e => window.seen.push('reset'));
                    source.addEventListener('pull.queued', e => {
                      const event = JSON.parse(e.data);
                      window.seen.push(event.job + ' ' + event.seq);
                    });
                    """);
            browser.await("a snapshot", () -> Boolean.TRUE.equals(browser.run("return window.begun === true")));
            for (int cut = 0; cut < 4; cut++) {
                int from = 1 + cut * each / 4;
                IntStream.range(from, from + each / 4)
                        .forEach(seq -> jobs.forEach(job -> gateways.send(queued(job, "w1", seq))));
                proxy.cut();
                int opened = cut + 2;
                browser.await("it has come back", () -> number(browser, "window.opened") >= opened);
            }
            browser.await("all events", () -> number(browser, "window.seen.length") >= (long) each * JOBS);
            Object all = Objects.requireNonNull(browser.run("return window.seen"));
            for (String job : jobs) {
                assertThat(((List<?>) all).stream().map(String::valueOf).filter(s -> s.startsWith(job + " ")))
                        .containsExactlyElementsOf(IntStream.rangeClosed(1, each)
                                .mapToObj(seq -> job + " " + seq)
                                .toList());
            }
            assertThat(((List<?>) all)).hasSize(each * JOBS);
        }
    }

    private static long number(Browser browser, String expression) {
        return ((Number) Objects.requireNonNull(browser.run("return " + expression))).longValue();
    }
}
