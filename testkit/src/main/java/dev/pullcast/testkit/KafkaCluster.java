// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka cluster of three brokers on loopback, each a process of its own that can be killed and started again with its
 * data and on its ports. Everything has three copies and two of them must have a record before it counts as written.
 * Kafka's own time-outs hold: a broker that was killed is missed after nine seconds.
 *
 * <p>Use from one thread. What is left running when the test's process ends is killed with it.
 */
public final class KafkaCluster implements AutoCloseable {
    private static final int BROKERS = 3;
    private static final Duration BOUND = Duration.ofSeconds(90);

    private final Path folder;
    private final String clusterId = Uuid.randomUuid().toString();
    private final List<Integer> ports;
    private final List<Integer> controllers;
    private final List<@Nullable Process> brokers = new ArrayList<>();

    private KafkaCluster(Path folder) {
        this.folder = folder;
        List<Integer> free = freePorts(2 * BROKERS);
        this.ports = free.subList(0, BROKERS);
        this.controllers = free.subList(BROKERS, 2 * BROKERS);
    }

    /** Starts all brokers in this folder and returns when they know each other. */
    public static KafkaCluster open(Path folder) {
        KafkaCluster cluster = new KafkaCluster(folder);
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
        for (int broker = 0; broker < BROKERS; broker++) {
            cluster.brokers.add(null);
        }
        try {
            cluster.startAll();
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    /** All brokers' addresses, those that are down as well. */
    public String bootstrapServers() {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    /** How many brokers there are, running or not; they are numbered from 0. */
    public int brokers() {
        return BROKERS;
    }

    /** The broker ends at once, in the midst of whatever it does. */
    public void kill(int broker) {
        Process process = brokers.get(broker);
        if (process != null) {
            process.destroyForcibly();
            awaitEnd(process);
            brokers.set(broker, null);
        }
    }

    /** Every broker ends at once. */
    public void killAll() {
        // All get the signal before any is waited for: nobody shall have time to take over.
        for (Process process : brokers) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
        for (int broker = 0; broker < BROKERS; broker++) {
            kill(broker);
        }
    }

    /** The broker hands over what it leads and ends, as on SIGTERM. */
    public void stop(int broker) {
        Process process = brokers.get(broker);
        if (process != null) {
            process.destroy();
            awaitEnd(process);
            brokers.set(broker, null);
        }
    }

    /** Starts a broker again, with its data and on its ports, and waits until it has caught up. */
    public void start(int broker) {
        brokers.set(broker, launch(broker));
        awaitInSync();
    }

    /** Starts all brokers that are not running and waits until they know each other and have the same. */
    public void startAll() {
        for (int broker = 0; broker < BROKERS; broker++) {
            if (brokers.get(broker) == null) {
                brokers.set(broker, launch(broker));
            }
        }
        awaitInSync();
    }

    /** Waits until every copy of every partition is up to date. */
    public void awaitInSync() {
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers(),
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                "200",
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                "5000",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                "4000"))) {
            await("brokers " + folder + " in sync").atMost(BOUND).until(() -> isInSync(admin));
        }
    }

    private boolean isInSync(Admin admin) throws InterruptedException {
        for (int broker = 0; broker < BROKERS; broker++) {
            Process process = brokers.get(broker);
            if (process != null && !process.isAlive()) {
                throw new IllegalStateException("broker " + broker + " has ended; its log:\n" + log(broker));
            }
        }
        try {
            if (admin.describeCluster().nodes().get().size() < BROKERS) {
                return false;
            }
            Set<String> topics = new HashSet<>(admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get());
            Collection<TopicDescription> all =
                    admin.describeTopics(topics).allTopicNames().get().values();
            return all.stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.isr().size() == BROKERS && partition.leader() != null);
        } catch (ExecutionException e) {
            return false; // no answer yet, or a topic that came or went meanwhile
        }
    }

    private Process launch(int broker) {
        Path data = folder.resolve("broker-" + broker);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                ClusterBroker.class.getName(),
                data.toString(),
                String.valueOf(ports.get(broker)),
                clusterId,
                String.valueOf(broker + 1)));
        controllers.forEach(port -> command.add(String.valueOf(port)));
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(logFile(broker).toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path logFile(int broker) {
        return folder.resolve("broker-" + broker + ".log");
    }

    private String log(int broker) {
        try {
            return Files.readString(logFile(broker));
        } catch (IOException e) {
            return "(none: " + e + ")";
        }
    }

    private static void awaitEnd(Process process) {
        try {
            process.onExit().get(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a broker did not end", e);
        }
    }

    /** All at once, so that none comes twice. */
    private static List<Integer> freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return IntStream.range(0, count)
                    .mapToObj(i -> sockets.get(i).getLocalPort())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            sockets.forEach(KafkaCluster::closeQuietly);
        }
    }

    private static void closeQuietly(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        killAll();
    }
}
