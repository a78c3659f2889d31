// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.standalone;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.storage.internals.checkpoint.CleanShutdownFileHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka node, broker and controller in one (KRaft), that listens on the loopback interface only. What it is told is
 * kept in a folder and is there again, under the same cluster id, when a broker is started on that folder later.
 *
 * <p>Safe from any thread; {@link #start()} and {@link #close()} block, so call them from a plain thread. Several
 * brokers may live in one process, each with a folder of its own.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final int ATTEMPTS = 3;
    private static final long CLOSE_SECONDS = 4;
    private static final String META = "meta.properties";

    private final Path folder;
    private final int port;
    private final Map<String, String> overrides;
    private final @Nullable ClusterPlace given;
    private final CompletableFuture<String> failure = new CompletableFuture<>();
    private @Nullable KafkaNode server;
    private @Nullable String bootstrapServers;
    private volatile boolean crashed;

    /**
     * A broker that is not started yet.
     *
     * @param folder where its data are; made when it is missing, readable by this user only
     * @param port for clients; 0 for that of the last start on this folder, or any free one
     * @param overrides broker settings as Kafka documents them, over those chosen here
     */
    public EmbeddedBroker(Path folder, int port, Map<String, String> overrides) {
        this(folder, port, overrides, null);
    }

    private EmbeddedBroker(Path folder, int port, Map<String, String> overrides, @Nullable ClusterPlace given) {
        this.folder = folder.toAbsolutePath().normalize();
        this.port = port;
        this.overrides = Map.copyOf(overrides);
        this.given = given;
    }

    /**
     * One of several brokers, each with a folder and ports of its own. Its start waits until most of them are there.
     *
     * @param folder as for one alone; it stays with this place in the cluster
     * @param port for clients; 0 for any free one
     */
    public static EmbeddedBroker inCluster(Path folder, int port, ClusterPlace place) {
        return new EmbeddedBroker(folder, port, Map.of(), place);
    }

    /** A broker on any free port. */
    public static EmbeddedBroker in(Path folder) {
        return new EmbeddedBroker(folder, 0, Map.of());
    }

    /** The broker cannot start; the message says why and what to do. */
    public static final class StartFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StartFailed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Starts it and returns when clients can connect; two to three seconds the first time in a process.
     *
     * @return bootstrap servers, {@code 127.0.0.1:port}
     * @throws StartFailed if the folder or the port cannot be used
     */
    public synchronized String start() {
        if (bootstrapServers != null) {
            return bootstrapServers;
        }
        crashed = given == null && hasCrashed();
        String clusterId = format();
        Fatal.watch(this);
        Ports before = Ports.read(folder);
        for (int attempt = 1; ; attempt++) {
            Ports ports = attempt == 1 ? before.orFree() : Ports.NONE.orFree();
            int clientPort = port == 0 ? ports.client() : port;
            ClusterPlace place = given == null ? ClusterPlace.alone(clusterId, ports.controller()) : given;
            try {
                server = onPlatformThread("embedded-kafka-start", () -> run(clientPort, place));
                bootstrapServers = "127.0.0.1:" + clientPort;
                if (given == null) {
                    new Ports(clientPort, place.controllerPort()).write(folder);
                }
                return bootstrapServers;
            } catch (ExecutionException e) {
                // Between finding a free port and binding it another program may take it.
                if (port != 0 || attempt == ATTEMPTS || !isPortTaken(e)) {
                    Fatal.forget(this);
                    throw explain(clientPort, e.getCause());
                }
            }
        }
    }

    /**
     * Where clients connect.
     *
     * @throws IllegalStateException before {@link #start()} and after {@link #close()}
     */
    public synchronized String bootstrapServers() {
        if (bootstrapServers == null) {
            throw new IllegalStateException("the embedded broker is not running");
        }
        return bootstrapServers;
    }

    /**
     * Removes the members of a consumer group if the last broker on this folder crashed: its clients lost their
     * connections with it, and the group would wait for them until their sessions end. One that lives joins again.
     *
     * @throws IllegalStateException before {@link #start()} and after {@link #close()}
     */
    public void removeDeadMembers(String group) {
        if (crashed) {
            DeadMembers.remove(bootstrapServers(), group);
        }
    }

    /**
     * Completes, with the reason, when Kafka gives up by itself (a disk that is full or broken). Kafka would end the
     * whole process then; here the owner decides. With several brokers in the process all of them are told.
     */
    public CompletionStage<String> failure() {
        return failure.minimalCompletionStage();
    }

    /** Kafka gave up. */
    void fail(String reason) {
        failure.complete(reason);
    }

    /** Stops it within five seconds; again, or before a start, it does nothing. */
    @Override
    public synchronized void close() {
        KafkaNode running = server;
        server = null;
        bootstrapServers = null;
        if (running == null) {
            return;
        }
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("embedded-kafka-stop").start(() -> {
            try {
                running.shutdown();
                running.awaitShutdown();
                stopped.complete(null);
            } catch (RuntimeException | Error e) {
                stopped.completeExceptionally(e);
            }
        });
        try {
            stopped.get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.warn("The embedded broker did not stop within {} s and is left behind", CLOSE_SECONDS);
        } catch (ExecutionException e) {
            LOG.warn("The embedded broker did not stop cleanly", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Fatal.forget(this);
        }
    }

    /** Writes the cluster's identity into an empty folder, and leaves another as it is. */
    private String format() {
        try {
            createFolder();
            Path meta = folder.resolve(META);
            String clusterId = Files.exists(meta) ? readClusterId(meta) : freshClusterId();
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setClusterId(clusterId)
                    .setNodeId(given == null ? ClusterPlace.FIRST : given.nodeId())
                    .setControllerListenerName(BrokerSettings.CONTROLLER)
                    .setMetadataLogDirectory(folder.toString())
                    .addDirectory(folder.toString())
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setIgnoreFormatted(true)
                    .run();
            return clusterId;
        } catch (StartFailed e) {
            throw e;
        } catch (Exception e) { // the formatter declares it
            throw new StartFailed(
                    "Kafka's data folder " + folder + " cannot be used (" + e
                            + "); check its permissions and space, or name another",
                    e);
        }
    }

    private String freshClusterId() {
        return given == null ? Uuid.randomUuid().toString() : given.clusterId();
    }

    /** Kafka leaves a file behind when it stops cleanly, and deletes it at the next start. */
    private boolean hasCrashed() {
        return Files.exists(folder.resolve(META))
                && !Files.exists(folder.resolve(CleanShutdownFileHandler.CLEAN_SHUTDOWN_FILE_NAME));
    }

    private void createFolder() throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
    }

    private String readClusterId(Path meta) throws IOException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(meta)) {
            properties.load(reader);
        }
        String id = properties.getProperty("cluster.id");
        if (id == null) {
            throw new StartFailed(
                    meta + " names no cluster: it is not Kafka's or is damaged; move the folder away or name another",
                    null);
        }
        return id;
    }

    private KafkaNode run(int clientPort, ClusterPlace place) {
        Properties properties = BrokerSettings.of(folder, clientPort, place);
        properties.putAll(overrides);
        KafkaNode started = KafkaNode.start(new KafkaConfig(properties, false), crashed);
        LOG.info("Kafka cluster {} in {} listens on 127.0.0.1:{}", place.clusterId(), folder, clientPort);
        return started;
    }

    private StartFailed explain(int clientPort, @Nullable Throwable cause) {
        if (isPortTaken(cause)) {
            return new StartFailed(
                    "Port " + clientPort
                            + " for the embedded Kafka broker is taken; stop what uses it or choose another",
                    cause);
        }
        String text = String.valueOf(cause);
        if (text.contains(".lock")) {
            return new StartFailed(
                    "Another broker is running on Kafka's data folder " + folder + "; stop it or name another folder",
                    cause);
        }
        return new StartFailed("The embedded Kafka broker cannot start on " + folder + ": " + text, cause);
    }

    private static boolean isPortTaken(@Nullable Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof BindException || String.valueOf(t.getMessage()).contains("Address already in use")) {
                return true;
            }
        }
        return false;
    }

    /** Kafka pins threads while it loads its classes: on virtual threads a start can stand still for ever. */
    private static <T> T onPlatformThread(String name, Callable<T> task) throws ExecutionException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                result.complete(task.call());
            } catch (Exception | Error e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutionException(e);
        }
    }
}
