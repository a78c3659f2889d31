// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import dev.pullcast.contract.image.ImageReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A container engine on a real Unix socket that says what a test tells it to, and remembers what it was asked. Without a
 * script it pings, knows its version, holds the images that it was given, tags them, and fails every pull with 404.
 *
 * <p>Safe for any thread; each connection has threads of its own. Close it to delete its socket.
 */
public final class ScriptedEngine implements AutoCloseable {
    /** What it says of itself unless told otherwise. */
    public static final String API_VERSION = "1.51";

    private final Path folder;
    private final Path socket;
    private final List<EngineRequest> requests = new CopyOnWriteArrayList<>();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Map<ImageReference, String> images = new ConcurrentHashMap<>();
    private final Set<EngineConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile String apiVersion = API_VERSION;
    private @Nullable ServerSocketChannel listener;

    private record Rule(EngineRoute route, Predicate<EngineRequest> condition, List<EngineAnswer> rest) {
        /** The next answer; the last one stays. */
        EngineAnswer next() {
            synchronized (rest) {
                return rest.size() > 1 ? rest.removeFirst() : rest.getFirst();
            }
        }
    }

    private ScriptedEngine(Path folder) {
        this.folder = folder;
        this.socket = folder.resolve("e.sock");
    }

    /** Starts one on a socket in a new folder with a short path: a socket's path has at most 107 bytes. */
    public static ScriptedEngine start() {
        try {
            ScriptedEngine engine = new ScriptedEngine(Files.createTempDirectory("pce"));
            engine.comeBack();
            return engine;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens. */
    public Path socket() {
        return socket;
    }

    /** What {@code /_ping} and {@code /version} report from now on. */
    public ScriptedEngine apiVersion(String version) {
        apiVersion = version;
        return this;
    }

    /** Puts an image into its store, with the digest of its manifest or index: {@code sha256:…}. */
    public void putImage(String reference, String digest) {
        images.put(ImageReference.parse(reference), digest);
    }

    /** Answers pulls, one after the other; the last answer stays. Later rules come before earlier ones. */
    public ScriptedEngine whenPulled(EngineAnswer... answers) {
        return when(EngineRoute.PULL, _ -> true, answers);
    }

    /** Answers pulls whose {@code fromImage} begins with a text. */
    public ScriptedEngine whenPulled(String imagePrefix, EngineAnswer... answers) {
        return when(
                EngineRoute.PULL,
                request -> request.query().getOrDefault("fromImage", "").startsWith(imagePrefix),
                answers);
    }

    /** Answers any requests, one after the other; the last answer stays. Later rules come before earlier ones. */
    public ScriptedEngine when(EngineRoute route, Predicate<EngineRequest> condition, EngineAnswer... answers) {
        rules.addFirst(new Rule(route, condition, new ArrayList<>(List.of(answers))));
        return this;
    }

    /** Everything that was asked so far, in order. */
    public List<EngineRequest> requests() {
        return List.copyOf(requests);
    }

    /** What was asked of one kind, in order. */
    public List<EngineRequest> requests(EngineRoute route) {
        return requests.stream().filter(request -> request.route() == route).toList();
    }

    /** Dies: the socket is gone and every connection is closed in the middle of whatever it said. */
    public synchronized void goAway() {
        try {
            if (listener != null) {
                listener.close();
                listener = null;
            }
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(EngineConnection::close);
        connections.clear();
    }

    /** Listens again on the same socket. */
    public synchronized void comeBack() {
        if (listener != null) {
            return;
        }
        try {
            ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            opened.bind(UnixDomainSocketAddress.of(socket));
            listener = opened;
            Thread.ofPlatform().daemon().name("scripted-engine-accepts").start(() -> accept(opened));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocketChannel opened) {
        try {
            while (true) {
                SocketChannel channel = opened.accept();
                EngineConnection connection = new EngineConnection(channel, this::answer);
                connections.add(connection);
                connection.start();
            }
        } catch (IOException e) {
            // It was told to go away.
        }
    }

    private EngineAnswer answer(EngineRequest request) {
        requests.add(request);
        for (Rule rule : rules) {
            if (rule.route() == request.route() && rule.condition().test(request)) {
                return rule.next();
            }
        }
        return ScriptedEngineDefaults.answer(request, apiVersion, images);
    }

    @Override
    public void close() {
        goAway();
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
