// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A real HTTP server on loopback that stands before a registry and spoils its answers as it is told. It serves one
 * request per connection and writes down each one. Reading only: nothing can be pushed through it.
 *
 * <pre>{@code
 * proxy.when("/manifests/", Fault.Answer.tooManyRequests(), 1);
 * proxy.whenLayer(new Fault.ResetAfter(1 << 20), 2);
 * }</pre>
 */
public final class FaultProxy implements AutoCloseable {
    /** A configuration is smaller, a layer of a test that aims at layers is larger. */
    private static final long LEAST_LAYER = 256 * 1024;

    private final InetSocketAddress upstream;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final int port;

    private @Nullable ServerSocket server;
    private @Nullable Thread acceptor;

    /**
     * One request that was answered or spoiled.
     *
     * @param range of bytes that was asked for, or empty
     * @param status of the answer; 0 if there was none
     * @param sent bytes of the body that were passed on
     */
    public record Request(String method, String path, String range, int status, long sent) {}

    private record Rule(Pattern path, boolean layersOnly, Fault fault, AtomicInteger left) {}

    private FaultProxy(InetSocketAddress upstream) {
        this.upstream = upstream;
        try {
            ServerSocket first = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
            port = first.getLocalPort();
            listen(first);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A proxy before this server, with no faults yet.
     *
     * @param hostAndPort as {@code 127.0.0.1:5000}
     */
    public static FaultProxy before(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return new FaultProxy(new InetSocketAddress(
                hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1))));
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** The reference of an image through this proxy. */
    public String image(String nameAndTag) {
        return address() + '/' + nameAndTag;
    }

    /**
     * Spoils the next answers for paths in which the expression is found. Of several rules the first that applies wins.
     *
     * @param times then the rule is used up
     */
    public void when(String path, Fault fault, int times) {
        rules.add(new Rule(Pattern.compile(path), false, fault, new AtomicInteger(times)));
    }

    /** Spoils the next answers that carry a layer: a blob of more than 256 KiB. */
    public void whenLayer(Fault fault, int times) {
        rules.add(new Rule(Pattern.compile("/blobs/"), true, fault, new AtomicInteger(times)));
    }

    /** From now on, nothing is spoiled; what is being spoiled stays so. */
    public void heal() {
        rules.clear();
    }

    /** Cuts every connection and takes no more, as if the machine had lost power. */
    public synchronized void refuse() {
        ServerSocket listening = server;
        if (listening != null) {
            closeQuietly(listening);
            server = null;
            awaitEnd(acceptor);
        }
        open.forEach(FaultProxy::reset);
    }

    /** Takes connections again, on the same port. */
    public synchronized void accept() {
        try {
            ServerSocket again = new ServerSocket();
            again.setReuseAddress(true);
            again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
            listen(again);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything asked so far, in the order in which it ended. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Connections at this moment. */
    public int open() {
        return open.size();
    }

    /** Answers that carried bytes of layers. */
    public List<Request> layerRequests() {
        return requests.stream()
                .filter(request -> request.path().contains("/blobs/") && request.sent() > LEAST_LAYER / 2)
                .toList();
    }

    @Override
    public void close() {
        refuse();
    }

    private synchronized void listen(ServerSocket listening) {
        server = listening;
        acceptor = Thread.ofPlatform().daemon().name("fault-proxy").start(() -> {
            try {
                while (true) {
                    Socket client = listening.accept();
                    open.add(client);
                    Thread.ofPlatform().daemon().name("fault-proxy-request").start(() -> serve(client));
                }
            } catch (IOException e) {
                // refuse() closed it
            }
        });
    }

    /** A thread within {@code accept} keeps the closed socket listening until it wakes, and may take one more. */
    private static void awaitEnd(@Nullable Thread thread) {
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Socket client) {
        try (client) {
            FaultExchange exchange = new FaultExchange(client, upstream);
            if (exchange.readRequest()) {
                try {
                    exchange.answer(this::faultFor);
                } finally {
                    requests.add(exchange.toRequest());
                }
            }
        } catch (IOException e) {
            // Either side went away; the request's record says how far it came.
        } finally {
            open.remove(client);
        }
    }

    private Optional<Fault> faultFor(String path, long bodyLength) {
        for (Rule rule : rules) {
            boolean applies = rule.path().matcher(path).find() && (!rule.layersOnly() || bodyLength > LEAST_LAYER);
            if (applies && rule.left().getAndUpdate(n -> n > 0 ? n - 1 : 0) > 0) {
                return Optional.of(rule.fault());
            }
        }
        return Optional.empty();
    }

    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // it is closed already
        }
        closeQuietly(socket);
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // nothing is left to be done about it
        }
    }
}
