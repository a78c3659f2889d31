// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static dev.pullcast.gateway.GatewayFixture.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Readers that stop reading while very much happens. */
class SlowReadersIT {
    private static final int EVENTS = 100_000;
    private static final int DEAF = 100;
    /** Events that are written before the reader who is awake has read them, at most; a queue holds more. */
    private static final int AHEAD = 900;

    private static final long MEGABYTE = 1 << 20;

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private final String job = UlidCreator.getMonotonicUlid().toString();
    private final List<Socket> deaf = new ArrayList<>();
    private final AtomicInteger read = new AtomicInteger();
    private GatewayFixture gateways;
    private int port;

    @BeforeEach
    void start() {
        gateways = new GatewayFixture(loops.vertx(), kafka);
        port = gateways.start("gateway.ring-bytes=1048576", "gateway.sse.stall-seconds=300")
                .port();
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : deaf) {
            socket.close();
        }
        gateways.close();
    }

    @Test
    void cost_no_memory_and_delay_nobody_and_are_told_what_they_lost() throws Exception {
        stopAmid(EVENTS, 0);
    }

    @Test
    @Tag("faults")
    void cost_no_memory_and_delay_nobody_for_a_whole_minute() throws Exception {
        stopAmid(EVENTS, TimeUnit.SECONDS.toNanos(60) / EVENTS);
    }

    private void stopAmid(int events, long pauseNanos) throws Exception {
        for (int i = 0; i < DEAF; i++) {
            deaf.add(listenWithoutReading());
        }
        try (SseProbe stopped = SseProbe.open(port, "/v1/events");
                SseProbe awake = SseProbe.open(port, "/v1/events");
                EventWriter writer = new EventWriter(kafka)) {
            stopped.nextEvent("snapshot");
            awake.nextEvent("snapshot");
            long before = memory();
            CompletableFuture<Integer> others = CompletableFuture.supplyAsync(() -> readAll(awake, events));
            for (int i = 1; i <= events; i++) {
                writer.write(EventWriter.step(job, i, "x"));
                // Others are undisturbed; how fast they read is not the question here.
                while (i - read.get() > AHEAD && !others.isDone()) {
                    LockSupport.parkNanos(100_000);
                }
                if (pauseNanos > 0) {
                    LockSupport.parkNanos(pauseNanos);
                }
            }
            writer.flush();
            assertThat(others.get(120, TimeUnit.SECONDS)).isEqualTo(events);
            assertThat(memory() - before)
                    .as("bytes more than before, of which the ring may have one megabyte")
                    .isLessThan(24 * MEGABYTE);
            gateways.send(succeeded(job, "w1", events + 1));
            expectHonesty(stopped, events);
        }
    }

    private int readAll(SseProbe probe, int events) {
        for (int i = 1; i <= events; i++) {
            SseProbe.Block block = probe.nextEvent();
            assertThat(block.event()).isEqualTo("pull.retrying");
            if (i % 1_000 == 0) {
                assertThat(seq(block)).isEqualTo(i);
            }
            read.set(i);
        }
        return events;
    }

    private static long seq(SseProbe.Block block) {
        return ContractJson.mapper().readTree(block.data()).get("seq").asLong();
    }

    /** What came and what is said to be lost is all there was, in order, and the end is never lost. */
    private static void expectHonesty(SseProbe stopped, int events) {
        long last = 0;
        long got = 0;
        long lost = 0;
        while (true) {
            SseProbe.Block block = stopped.nextEvent();
            if (block.event().equals("gap")) {
                lost += ContractJson.mapper().readTree(block.data()).get("lost").asLong();
                continue;
            }
            assertThat(seq(block)).isGreaterThan(last);
            last = seq(block);
            if (block.event().equals("pull.succeeded")) {
                break;
            }
            got++;
        }
        assertThat(lost).isPositive();
        assertThat(got + lost).isEqualTo(events);
    }

    private Socket listenWithoutReading() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream()
                .write("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Heap in use and direct buffers, after collecting garbage. */
    private static long memory() {
        System.gc();
        long direct = ManagementFactory.getPlatformMXBeans(java.lang.management.BufferPoolMXBean.class).stream()
                .mapToLong(java.lang.management.BufferPoolMXBean::getMemoryUsed)
                .sum();
        return direct + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
