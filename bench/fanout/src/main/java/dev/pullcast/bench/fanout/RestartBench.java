// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.standalone.EmbeddedBroker;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * How long a gateway takes from the start of its process until it has read what is kept and says so ({@code /readyz}):
 * {@code RestartBench LAUNCHER [EVENTS [ROUNDS]]}. Jobs of 50 events, a hundred workers; one job of twenty goes on.
 */
public final class RestartBench {
    private static final Topics TOPICS = Topics.DEFAULT;
    private static final int EVENTS_OF_A_JOB = 50;
    private static final int WORKERS = 100;
    private static final int OPEN = 20;
    private static final int PARTITIONS = 12;
    private static final int OK = 200;
    private static final long LAYER = 30_000_000;

    private RestartBench() {}

    /** Prints a line for each round, then the largest. */
    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        String launcher = args[0];
        int events = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
        Path folder = Files.createTempDirectory("pullcast-restart");
        try (EmbeddedBroker broker = EmbeddedBroker.in(folder)) {
            String servers = broker.start();
            TopicSetup.ensure(Map.of("bootstrap.servers", servers), TOPICS, PARTITIONS, (short) 1);
            int jobs = events / EVENTS_OF_A_JOB;
            write(servers, jobs);
            // Not counted: a gateway comes back to a broker that has been read from before.
            round(launcher, servers, 0);
            double worst = 0;
            for (int i = 1; i <= rounds; i++) {
                worst = Math.max(worst, round(launcher, servers, i));
            }
            System.out.printf(
                    Locale.ROOT, "%d jobs, %d events, %d workers: at most %.2f s%n", jobs, events, WORKERS, worst);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static double round(String launcher, String servers, int round) throws IOException, InterruptedException {
        int port = Ports.free();
        Map<String, String> environment = Map.of(
                "PULLCAST_KAFKA_BOOTSTRAP_SERVERS",
                servers,
                "PULLCAST_GATEWAY_PORT",
                String.valueOf(port),
                "PULLCAST_GATEWAY_ROLES",
                "api",
                "PULLCAST_NO_BUILD",
                "1");
        long start = System.nanoTime();
        try (Child gateway = Child.start(List.of(launcher, "gateway"), environment)) {
            while (!isReady(port)) {
                Thread.sleep(10);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "round %d: ready after %.2f s, %.2f s of processor, %d MB resident%n",
                    round,
                    seconds,
                    gateway.cpuSeconds(),
                    gateway.residentBytes() >> 20);
            return seconds;
        }
    }

    private static boolean isReady(int port) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + "/readyz").toURL().openConnection();
        try {
            return connection.getResponseCode() == OK;
        } catch (IOException e) {
            return false; // nobody listens yet
        } finally {
            connection.disconnect();
        }
    }

    private static void write(String servers, int jobs) throws InterruptedException, ExecutionException {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers, "linger.ms", 5, "batch.size", 1 << 18);
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> last = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                WorkerStatus status = new WorkerStatus(
                        "w" + i,
                        "i1",
                        WorkerStatus.State.READY,
                        Map.of("zone", "a"),
                        Instant.now(),
                        Instant.now(),
                        3600,
                        null,
                        0,
                        0,
                        "1");
                last.add(producer.send(new ProducerRecord<>(TOPICS.workers(), "w" + i, ContractJson.write(status))));
            }
            for (int i = 0; i < jobs; i++) {
                String job = UlidCreator.getMonotonicUlid().toString();
                PullJob asked = PullJob.of(job, List.of(ImageRequest.of("alpine")));
                last.add(producer.send(new ProducerRecord<>(TOPICS.jobs(), job, ContractJson.write(asked))));
                for (PullEvent event : story(job, "w" + i % WORKERS, i % OPEN == 0)) {
                    last.add(producer.send(new ProducerRecord<>(TOPICS.events(), job, ContractJson.write(event))));
                }
            }
            producer.flush();
            for (Future<RecordMetadata> sent : last) {
                sent.get();
            }
        }
    }

    private static List<PullEvent> story(String job, String worker, boolean open) {
        Instant now = Instant.now();
        String reference = "docker.io/library/alpine:latest";
        String pull = PullId.of(reference, null);
        List<PullEvent> events = new ArrayList<>(EVENTS_OF_A_JOB);
        events.add(new PullEvent.JobAccepted(
                job,
                now,
                null,
                Map.of(),
                List.of(new PullEvent.JobPull(pull, "alpine", reference, null)),
                List.of(worker),
                now.plusSeconds(3600)));
        int end = open ? EVENTS_OF_A_JOB : EVENTS_OF_A_JOB - 2;
        for (int seq = 1; events.size() < end; seq++) {
            PullOrigin origin = new PullOrigin(
                    job, worker, pull, "i1", "alpine", reference, null, null, 1, 0, seq, now.plusMillis(seq));
            events.add(
                    switch (seq) {
                        case 1 -> new PullEvent.Queued(origin);
                        case 2 -> new PullEvent.Started(origin);
                        default ->
                            seq % 2 == 0
                                    ? new PullEvent.Progress(
                                            origin, seq * LAYER / 50, LAYER, seq * 2.0, 0, 1, LAYER / 10, 5L)
                                    : new PullEvent.Layer(
                                            origin,
                                            "4f4fb700ef54",
                                            LayerPhase.DOWNLOADING,
                                            seq * LAYER / 50,
                                            LAYER,
                                            null);
                    });
        }
        if (!open) {
            PullOrigin origin = new PullOrigin(
                    job, worker, pull, "i1", "alpine", reference, null, null, 1, 0, 90, now.plusMillis(90));
            events.add(new PullEvent.Succeeded(origin, "sha256:" + "a".repeat(64), null, LAYER, 0, 1, 1, 2, 3));
            events.add(new PullEvent.JobCompleted(
                    job, now.plusMillis(99), null, JobResult.SUCCEEDED, 1, 1, 0, 0, 0, null));
        }
        return events;
    }
}
