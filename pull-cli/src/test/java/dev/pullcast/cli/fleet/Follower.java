// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.fleet;

import dev.pullcast.testkit.SseProbe;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of {@code /v1/events} that comes back with its last id whenever its stream ends or is cut, at the next of the
 * gateways, as a browser behind a load balancer does.
 */
final class Follower implements AutoCloseable {
    private static final long RETRY_NANOS = 50_000_000;

    private final List<Integer> ports;
    private final List<SseProbe.Block> events = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final Thread thread;
    private String lastId = "";
    private int streams = 1;
    private volatile boolean closing;
    private volatile SseProbe open;

    /** Begins at the first of these gateways; returns when it has its snapshot, so that it sees all that follows. */
    Follower(List<Integer> ports) {
        this.ports = List.copyOf(ports);
        this.open = SseProbe.open(ports.getFirst(), "/v1/events");
        open.nextEvent("snapshot");
        this.lastId = open.lastEventId();
        this.thread = Thread.ofVirtual().start(this::run);
    }

    private void run() {
        int turn = 0;
        while (!closing) {
            try (SseProbe stream = open) {
                read(stream);
            } catch (AssertionError e) {
                // Cut, or silent for too long.
            }
            boolean again = false;
            while (!closing && !again) {
                turn++;
                again = reopen(ports.get(turn % ports.size()));
            }
        }
    }

    private void read(SseProbe stream) {
        for (Optional<SseProbe.Block> block = stream.next(); block.isPresent(); block = stream.next()) {
            SseProbe.Block read = block.get();
            synchronized (events) {
                if (read.id() != null) {
                    lastId = read.id();
                }
                switch (read.event()) {
                    case "snapshot", "reset", "gap" -> told.add(read.event() + ' ' + read.data());
                    case "worker", "degraded", "error" -> {}
                    default -> {
                        if (read.isEvent()) {
                            events.add(read);
                        }
                    }
                }
            }
        }
    }

    private boolean reopen(int port) {
        try {
            SseProbe next = SseProbe.open(port, "/v1/events", "Last-Event-ID: " + lastId);
            if (next.status() == 200) {
                open = next;
                synchronized (events) {
                    streams++;
                }
                return true;
            }
            next.close();
        } catch (AssertionError e) {
            // That gateway is not there; the next one may be.
        }
        LockSupport.parkNanos(RETRY_NANOS);
        return false;
    }

    /** Data of the events of these jobs, in the order in which they came. */
    List<String> events(Collection<String> jobs) {
        synchronized (events) {
            return events.stream()
                    .map(SseProbe.Block::data)
                    .filter(data -> jobs.stream().anyMatch(data::contains))
                    .toList();
        }
    }

    /** That it may have missed something: resets, gaps, snapshots after the first. */
    List<String> told() {
        synchronized (events) {
            return List.copyOf(told);
        }
    }

    /** How many streams it took. */
    int streams() {
        synchronized (events) {
            return streams;
        }
    }

    @Override
    public void close() {
        closing = true;
        open.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
