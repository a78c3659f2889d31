// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fleet;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.bench.fanout.Child;
import dev.pullcast.bench.fanout.Ports;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A fleet of one size: broker, gateway, workers and the client of the stream, from their start to their end. */
final class Trial implements AutoCloseable {
    /** Pulls of every job, whatever the size of the fleet. */
    static final int PULLS = 10_000;

    private static final int PARTITIONS = 12;
    private static final int WORKERS_IN_A_PROCESS = 5_000;
    private static final int HEARTBEAT_SECONDS = 5;
    private static final int IDLE_SECONDS = 10;
    private static final int SNAPSHOTS = 5;
    private static final int PATIENCE_SECONDS = 300;

    private final int count;
    private final String launcher;
    private final List<String> jvm;
    private final Path folder;
    private final Child broker;
    private final KafkaProducer<String, byte[]> producer;
    private final int port = Ports.free();
    private final String servers;
    private final List<Child> workers = new ArrayList<>();
    private Child gateway;
    private StreamClient stream;
    private long expected;

    /**
     * What a job did to the gateway.
     *
     * @param rate events a second that workers wrote
     * @param events that they wrote
     * @param startMillis from the record of the job until workers had all of its tasks
     * @param seen by the client
     * @param cpu processors that the gateway used
     * @param residentBytes of the gateway, at most
     * @param snapshotMillis until a further client had its snapshot, the middle of some
     * @param snapshotBytes of the last of them
     */
    record Load(
            double rate,
            long events,
            long startMillis,
            StreamClient.Reading seen,
            double cpu,
            long residentBytes,
            long snapshotMillis,
            long snapshotBytes) {
        boolean isComplete() {
            return seen.events() >= events && seen.gaps() == 0;
        }
    }

    /** A gateway that starts anew: how long until it is ready, and how many events it has read by then. */
    record Start(double seconds, long events, long residentBytes) {}

    Trial(int count, String launcher, List<String> jvm) throws IOException, InterruptedException {
        this.count = count;
        this.launcher = launcher;
        this.jvm = jvm;
        this.folder = Files.createTempDirectory("pullcast-bench");
        int brokerPort = Ports.free();
        this.servers = "127.0.0.1:" + brokerPort;
        this.broker = Child.talking(
                Broker.class, List.of("-Xmx768m"), folder.resolve("kafka").toString(), String.valueOf(brokerPort));
        Ports.await(brokerPort);
        TopicSetup.ensure(Map.of("bootstrap.servers", servers), Topics.DEFAULT, PARTITIONS, (short) 1);
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers), new StringSerializer(), new ByteArraySerializer());
        this.gateway = startGateway();
        for (int first = 0; first < count; first += WORKERS_IN_A_PROCESS) {
            workers.add(Child.talking(
                    Workers.class,
                    List.of("-Xmx512m"),
                    servers,
                    String.valueOf(first),
                    String.valueOf(Math.min(WORKERS_IN_A_PROCESS, count - first)),
                    String.valueOf(HEARTBEAT_SECONDS)));
        }
        this.stream = new StreamClient(port);
        // Every worker has said hello by then.
        Thread.sleep((HEARTBEAT_SECONDS + 5) * 1_000L);
    }

    private Child startGateway() throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PULLCAST_KAFKA_BOOTSTRAP_SERVERS",
                servers,
                "PULLCAST_GATEWAY_PORT",
                String.valueOf(port),
                "PULLCAST_NO_BUILD",
                "1"));
        if (!jvm.isEmpty()) {
            environment.put("PULLCAST_JAVA_OPTS", String.join(" ", jvm));
        }
        Child started = Child.start(List.of(launcher, "gateway"), environment);
        awaitReady();
        return started;
    }

    private void awaitReady() throws IOException, InterruptedException {
        for (int i = 0; i < PATIENCE_SECONDS * 20; i++) {
            if (isReady()) {
                return;
            }
            Thread.sleep(50);
        }
        throw new IOException("the gateway was not ready in time");
    }

    private boolean isReady() {
        try {
            HttpURLConnection ask = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + "/readyz").toURL().openConnection();
            ask.setReadTimeout(10_000);
            return ask.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    void say(String line) {
        System.out.printf("%,d workers: %s%n", count, line);
    }

    /** Processors that heartbeats alone take, with one dashboard open. */
    double idle() throws IOException, InterruptedException {
        stream.read();
        double before = gateway.cpuSeconds();
        Thread.sleep(IDLE_SECONDS * 1_000L);
        double used = (gateway.cpuSeconds() - before) / IDLE_SECONDS;
        say("heartbeats alone: %.2f processors, %d states of workers a second to a client, %d MB resident"
                .formatted(used, stream.read().workers() / IDLE_SECONDS, gateway.residentBytes() >> 20));
        return used;
    }

    /** A job for all workers, of which they tell at this rate. */
    Load load(double rate) throws IOException, InterruptedException {
        long asked = System.nanoTime();
        order();
        while (open() < PULLS) {
            if (System.nanoTime() - asked > PATIENCE_SECONDS * 1_000_000_000L) {
                throw new IOException("workers have only " + open() + " of " + PULLS + " pulls");
            }
            Thread.sleep(5);
        }
        long startMillis = (System.nanoTime() - asked) / 1_000_000;
        stream.read();
        double cpu = gateway.cpuSeconds();
        long began = System.nanoTime();
        setRate(rate / workers.size());
        long resident = 0;
        List<Long> snapshots = new ArrayList<>();
        long snapshotBytes = 0;
        while (open() > 0) {
            resident = Math.max(resident, gateway.residentBytes());
            if (snapshots.size() < SNAPSHOTS) {
                long[] snapshot = StreamClient.snapshot(port);
                snapshots.add(snapshot[0]);
                snapshotBytes = snapshot[1];
            }
            Thread.sleep(500);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        setRate(0);
        long events = (long) PULLS * SimulatedPull.EVENTS;
        expected += events;
        double used = (gateway.cpuSeconds() - cpu) / seconds;
        // What is still under way comes within moments, or has been lost.
        Thread.sleep(3_000);
        resident = Math.max(resident, gateway.residentBytes());
        snapshots.sort(Comparator.naturalOrder());
        Load load = new Load(
                events / seconds,
                events,
                startMillis,
                stream.read(),
                used,
                resident,
                snapshots.get(snapshots.size() / 2),
                snapshotBytes);
        say(
                "%,.0f events/s: p50 %d ms, p99 %d ms, max %d ms, %,d of %,d events and %d gaps, %.2f processors, %d MB resident, snapshot of %,d KB in %d ms, all tasks after %d ms"
                        .formatted(
                                load.rate(),
                                load.seen().p50(),
                                load.seen().p99(),
                                load.seen().max(),
                                load.seen().events(),
                                load.events(),
                                load.seen().gaps(),
                                load.cpu(),
                                load.residentBytes() >> 20,
                                load.snapshotBytes() >> 10,
                                load.snapshotMillis(),
                                load.startMillis()));
        return load;
    }

    /** The same number of pulls, on few workers many images and on many few. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback is told
    private void order() {
        String id = UlidCreator.getMonotonicUlid().toString();
        List<ImageRequest> images = IntStream.range(0, PULLS / count)
                .mapToObj(i -> ImageRequest.of("bench/app-" + i + ":1"))
                .toList();
        producer.send(
                new ProducerRecord<>(Topics.DEFAULT.jobs(), id, ContractJson.write(PullJob.of(id, images))),
                (_, failure) -> {
                    if (failure != null) {
                        System.err.println("a job was not written: " + failure);
                    }
                });
        producer.flush();
    }

    private void setRate(double each) throws IOException {
        for (Child child : workers) {
            child.ask("rate " + each);
        }
    }

    private long open() throws IOException {
        long sum = 0;
        for (Child child : workers) {
            sum += Long.parseLong(child.ask("report").split(" ", -1)[1]);
        }
        return sum;
    }

    /** Ends the gateway and starts it on everything that is kept. */
    Start restart() throws IOException, InterruptedException {
        stream.close();
        gateway.close();
        long before = System.nanoTime();
        gateway = startGateway();
        double seconds = (System.nanoTime() - before) / 1e9;
        stream = new StreamClient(port);
        Start start = new Start(seconds, expected, gateway.residentBytes());
        say("started again: ready after %.1f s with %,d events, %d MB resident"
                .formatted(start.seconds(), start.events(), start.residentBytes() >> 20));
        return start;
    }

    @Override
    public void close() {
        stream.close();
        producer.close();
        gateway.close();
        workers.forEach(Child::close);
        broker.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
