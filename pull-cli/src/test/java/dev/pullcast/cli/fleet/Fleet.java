// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pullcast.cli.client.GatewayClient;
import dev.pullcast.cli.client.JobIds;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.ImagePull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.job.Rollout;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.FaultProxy;
import dev.pullcast.testkit.KafkaCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tools.jackson.databind.JsonNode;

/**
 * A fleet on one machine for one test class: three brokers, three workers each with a Docker Engine of its own, two
 * gateways, and one registry that counts what is fetched. Use from one thread.
 */
final class Fleet implements BeforeAllCallback, AfterAllCallback {
    static final int PARTITIONS = 12;
    /** All workers, by their labels: where and on what. */
    static final Map<String, Map<String, String>> LABELS = Map.of(
            "w1", Map.of("zone", "a", "disk", "ssd"),
            "w2", Map.of("zone", "a", "disk", "hdd"),
            "w3", Map.of("zone", "b", "disk", "ssd"));

    static final List<String> WORKERS = List.of("w1", "w2", "w3");
    static final Duration BOUND = Duration.ofMinutes(3);

    private static final int GATEWAYS = 2;
    private static final int WORKER_HEAP = 128;
    private static final int GATEWAY_HEAP = 192;
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Map<String, DevEngine> engines = new HashMap<>();
    private final Map<String, Service> workers = new HashMap<>();
    private final List<Service> gateways = new ArrayList<>();
    private @Nullable KafkaCluster kafka;
    private @Nullable FaultProxy registry;
    private @Nullable KafkaProducer<String, byte[]> producer;
    private @Nullable Tail tail;
    private final Map<String, String> settings;

    Fleet() {
        this(Map.of());
    }

    /** One whose workers and gateways have these settings, too. */
    Fleet(Map<String, String> settings) {
        this.settings = settings;
    }

    /** A layer as an image's manifest names it. */
    record Layer(String digest, long size) {
        /** As events name it. */
        String shortName() {
            return digest.substring("sha256:".length(), "sha256:".length() + 12);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        try {
            open();
        } catch (RuntimeException | IOException | Error e) {
            close();
            throw e;
        }
    }

    private void open() throws IOException {
        Path folder = Files.createTempDirectory("pullcast-fleet");
        opened.add(() -> delete(folder));
        for (String worker : WORKERS) {
            DevEngine engine = new DevEngine();
            opened.add(engine);
            engines.put(worker, engine.open());
        }
        FaultProxy counting = FaultProxy.before(engine("w1").registry());
        opened.add(counting);
        registry = counting;
        KafkaCluster cluster = KafkaCluster.open(folder);
        opened.add(cluster);
        kafka = cluster;
        var topics = TopicSetup.ensure(
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                Topics.DEFAULT,
                PARTITIONS,
                TopicSetup.BROKERS_REPLICATION);
        assertThat(topics).isInstanceOf(TopicSetup.Ready.class);
        cluster.awaitInSync();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "reconnect.backoff.max.ms", "200"),
                new StringSerializer(),
                new ByteArraySerializer());
        opened.add(() -> producer().close(Duration.ZERO));
        Tail reading = new Tail(cluster.bootstrapServers());
        opened.add(reading);
        tail = reading;
        startServices(folder, cluster.bootstrapServers());
    }

    private void startServices(Path folder, String bootstrap) {
        for (String id : WORKERS) {
            int port = freePort();
            Service worker = new Service(
                    folder,
                    id,
                    "worker",
                    port,
                    WORKER_HEAP,
                    and(Map.of(
                            "worker.id", id,
                            "worker.labels", labels(id),
                            "worker.data-dir", folder.resolve("data-" + id).toString(),
                            "worker.heartbeat-seconds", "2",
                            "worker.ops.port", String.valueOf(port),
                            "engine.host", engine(id).dockerHost(),
                            "kafka.bootstrap.servers", bootstrap)));
            workers.put(id, worker);
            opened.add(worker);
        }
        for (int i = 1; i <= GATEWAYS; i++) {
            int port = freePort();
            Service gateway = new Service(
                    folder,
                    "g" + i,
                    "gateway",
                    port,
                    GATEWAY_HEAP,
                    and(Map.of(
                            "gateway.port",
                            String.valueOf(port),
                            "gateway.sse.heartbeat-seconds",
                            "3",
                            "kafka.bootstrap.servers",
                            bootstrap)));
            gateways.add(gateway);
            opened.add(gateway);
        }
        services().forEach(Service::launch);
        services().forEach(Service::awaitReady);
    }

    private Map<String, String> and(Map<String, String> own) {
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(own);
        return all;
    }

    private static String labels(String worker) {
        return LABELS.getOrDefault(worker, Map.of()).entrySet().stream()
                .map(label -> label.getKey() + '=' + label.getValue())
                .reduce((a, b) -> a + ',' + b)
                .orElse("");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    private void close() {
        IllegalStateException failure = null;
        for (AutoCloseable one : opened.reversed()) {
            try {
                one.close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new IllegalStateException("a part of the fleet cannot be closed");
                }
                failure.addSuppressed(e);
            }
        }
        opened.clear();
        if (failure != null) {
            throw failure;
        }
    }

    KafkaCluster kafka() {
        return there(kafka);
    }

    FaultProxy registry() {
        return there(registry);
    }

    Tail tail() {
        return there(tail);
    }

    private KafkaProducer<String, byte[]> producer() {
        return there(producer);
    }

    private static <T> T there(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the fleet is not open");
        }
        return part;
    }

    Service worker(String id) {
        return there(workers.get(id));
    }

    /** The first is 1. */
    Service gateway(int number) {
        return gateways.get(number - 1);
    }

    DevEngine engine(String worker) {
        return there(engines.get(worker));
    }

    /** Workers, then gateways. */
    List<Service> services() {
        return Stream.concat(WORKERS.stream().map(this::worker), gateways.stream())
                .toList();
    }

    List<Integer> gatewayPorts() {
        return gateways.stream().map(Service::port).toList();
    }

    /** Puts an image of random bytes into the registry; its reference for all engines. */
    String seed(String nameAndTag, String... options) {
        engine("w1").seedImage(nameAndTag, options);
        return registry().image(nameAndTag);
    }

    /** The layers of an image that was seeded, from the lowest. */
    List<Layer> layers(String nameAndTag) {
        String[] parts = nameAndTag.split(":", 2);
        try {
            URLConnection connection = URI.create(
                            "http://" + engine("w1").registry() + "/v2/" + parts[0] + "/manifests/" + parts[1])
                    .toURL()
                    .openConnection();
            connection.setRequestProperty("Accept", MANIFEST);
            try (var in = connection.getInputStream()) {
                List<Layer> layers = new ArrayList<>();
                for (JsonNode layer : ContractJson.mapper().readTree(in).path("layers")) {
                    layers.add(new Layer(
                            layer.path("digest").asString(), layer.path("size").asLong()));
                }
                return layers;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How often the registry was asked for a layer and gave bytes of it. */
    long fetches(Layer layer) {
        return registry().layerRequests().stream()
                .filter(request -> request.path().endsWith(layer.digest()))
                .count();
    }

    static PullJob job(Target target, String... images) {
        return job(target, null, PullJob.DEFAULT_ACTIVE_DEADLINE_SECONDS, images);
    }

    /** With how long an attempt and the whole may take, in seconds. */
    static PullJob job(Target target, @Nullable Integer timeout, int deadline, String... images) {
        return new PullJob(
                JobIds.next(Instant.now()),
                Arrays.stream(images).map(ImageRequest::of).toList(),
                PullPolicy.IF_NOT_PRESENT,
                target,
                null,
                null,
                timeout,
                deadline,
                Rollout.AT_ONCE,
                Keeping.NONE,
                ImagePull.USUAL,
                null,
                null,
                Map.of());
    }

    static Target named(String... ids) {
        return new Target(Target.Mode.ALL, List.of(ids), Map.of());
    }

    static Target named(Collection<String> ids) {
        return named(ids.toArray(String[]::new));
    }

    /** Asks over HTTP. */
    void post(int gateway, PullJob job) {
        try {
            new GatewayClient("http://127.0.0.1:" + gateway(gateway).port(), null).enqueue(job);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks as any producer may: a record, in a partition of its choice; returns when Kafka has it. */
    void write(PullJob job, int partition) {
        try {
            producer()
                    .send(new ProducerRecord<>(Topics.DEFAULT.jobs(), partition, job.id(), ContractJson.write(job)))
                    .get(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("Kafka did not take job " + job.id(), e);
        }
    }

    /** Waits until all of these jobs have ended, whatever came of them. */
    void awaitEnd(Collection<PullJob> jobs) {
        List<String> ids = jobs.stream().map(PullJob::id).toList();
        await("the end of " + ids)
                .atMost(BOUND)
                .until(() -> ends(tail().results(ids)) == ids.size() && ends(tail().events(ids)) == ids.size());
    }

    private static long ends(List<Tail.Seen> seen) {
        return seen.stream()
                .map(Tail.Seen::event)
                .filter(PullEvent.JobCompleted.class::isInstance)
                .map(PullEvent::jobId)
                .distinct()
                .count();
    }

    /** Waits for an event of a job. */
    void awaitEvent(PullJob job, String what, Predicate<PullEvent> wanted) {
        await(what + " of " + job.id())
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> tail().events(List.of(job.id())).stream().anyMatch(seen -> wanted.test(seen.event())));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
