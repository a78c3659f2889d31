// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A client at another address (127.0.0.2) that asks all the time, and must be answered within a second. */
final class Bystander implements AutoCloseable {
    private static final long BOUND_MILLIS = 1_000;
    /** A machine that does much else may be late now and then; a gateway that is busy with attackers is late always. */
    private static final int MAX_LATE_PER_HUNDRED = 5;

    private static final long MAX_MILLIS = 5_000;

    private final int port;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger late = new AtomicInteger();

    Bystander(int port) {
        this.port = port;
        var _ = clock.scheduleAtFixedRate(this::ask, 0, 50, TimeUnit.MILLISECONDS);
    }

    private void ask() {
        long from = System.nanoTime();
        String answer;
        try (Socket socket = connect(port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write(("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            answer = e.toString();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
        if (answer.startsWith("HTTP/1.1 200") && millis > BOUND_MILLIS && millis < MAX_MILLIS) {
            late.incrementAndGet();
        } else if (!answer.startsWith("HTTP/1.1 200") || millis > BOUND_MILLIS) {
            problems.add(millis + " ms: " + answer.lines().findFirst().orElse("nothing"));
        }
        answered.incrementAndGet();
    }

    static Socket connect(int port) throws IOException {
        return new Socket(
                InetAddress.getLoopbackAddress(), port, InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 0);
    }

    /** How often it has asked. */
    int asked() {
        return answered.get();
    }

    void assertUndisturbed() {
        assertThat(problems)
                .as("answers that came late or not, of " + answered.get())
                .isEmpty();
        assertThat(answered.get()).isPositive();
        assertThat(late.get() * 100)
                .as("answers that came late, of " + answered.get())
                .isLessThanOrEqualTo(Math.max(100, MAX_LATE_PER_HUNDRED * answered.get()));
    }

    @Override
    public void close() {
        clock.close();
    }
}
