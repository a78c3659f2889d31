// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.contract.net.Cidr;
import dev.pullcast.contract.net.Proxy;
import dev.pullcast.contract.net.ProxyRules;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Locale;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Where a server listens. */
public sealed interface Origin {
    /**
     * A host and port.
     *
     * @param trust whom to trust over TLS; null for whom Java trusts
     * @param proxy through which to connect; null for none
     */
    record Tcp(
            String host,
            int port,
            boolean tls,
            @Nullable Trust trust,
            @Nullable Proxy proxy) implements Origin {
        /** Trusting whom Java trusts. */
        public Tcp(String host, int port, boolean tls) {
            this(host, port, tls, null, null);
        }

        @Override
        public String hostHeader() {
            String literal = host.indexOf(':') >= 0 ? '[' + host + ']' : host;
            return port == (tls ? 443 : 80) ? literal : literal + ':' + port;
        }
    }

    /** A socket file. */
    record Unix(Path path) implements Origin {
        @Override
        public String hostHeader() {
            return "localhost";
        }
    }

    /** The same, over TLS only with those who can show a certificate of these. @throws IllegalArgumentException without TLS */
    default Origin trusting(Trust trust) {
        if (this instanceof Tcp tcp && tcp.tls()) {
            return new Tcp(tcp.host(), tcp.port(), true, trust, tcp.proxy());
        }
        throw new IllegalArgumentException("a CA is of use only with https://");
    }

    /** The same, through the proxy that the rules name for it; a socket file never has one. */
    default Origin through(ProxyRules rules) {
        return this instanceof Tcp tcp
                ? new Tcp(
                        tcp.host(),
                        tcp.port(),
                        tcp.tls(),
                        tcp.trust(),
                        rules.proxyFor(tcp.tls(), tcp.host(), tcp.port()))
                : this;
    }

    /**
     * The target of a request at this origin to which a redirect leads.
     *
     * @param from the target that was asked for
     * @param location of the answer
     * @return null for another origin, or for what is no URL
     */
    default @Nullable String targetWithin(String from, String location) {
        if (!(this instanceof Tcp tcp)) {
            return null;
        }
        try {
            URI base = URI.create((tcp.tls() ? "https" : "http") + "://" + hostHeader() + from);
            URI target = base.resolve(location.strip());
            if (target.getRawAuthority() == null
                    || !parse(placeOf(target.toString())).equals(parse(placeOf(base.toString())))) {
                return null;
            }
            String path = target.getRawPath() == null || target.getRawPath().isEmpty() ? "/" : target.getRawPath();
            return target.getRawQuery() == null ? path : path + '?' + target.getRawQuery();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Scheme, host and port of a URL, for messages: what follows may be a secret. */
    static String placeOf(String url) {
        try {
            URI uri = URI.create(url.strip());
            if (uri.getScheme() != null && uri.getHost() != null) {
                return uri.getScheme().toLowerCase(Locale.ROOT) + "://"
                        + uri.getHost().toLowerCase(Locale.ROOT) + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
            }
        } catch (IllegalArgumentException e) {
            // Nothing that could be shown.
        }
        return "another address";
    }

    /** Whether only this machine, or the server alone, can read what is sent: TLS, loopback or a socket file. */
    default boolean isPrivate() {
        return switch (this) {
            case Unix _ -> true;
            case Tcp tcp -> {
                InetAddress literal = Cidr.literal(tcp.host());
                yield tcp.tls()
                        || tcp.host().equalsIgnoreCase("localhost")
                        || (literal != null && literal.isLoopbackAddress());
            }
        };
    }

    /** What stands in the {@code Host} header. */
    String hostHeader();

    /**
     * Reads {@code http://host[:port]}, {@code https://host[:port]} or {@code unix:///path}; a path after the host is
     * not supported.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Origin parse(String text) {
        URI uri;
        try {
            uri = URI.create(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a URL: " + e.getMessage(), e);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "unix" -> new Unix(Path.of(uri.getPath()));
            case "http", "https" -> {
                String host = uri.getHost();
                String path = uri.getPath() == null ? "" : uri.getPath();
                if (host == null || !(path.isEmpty() || path.equals("/"))) {
                    throw new IllegalArgumentException("'" + text + "' must be " + scheme + "://HOST[:PORT]");
                }
                boolean tls = scheme.equals("https");
                int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
                yield new Tcp(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port, tls);
            }
            default ->
                throw new IllegalArgumentException("'" + text + "' must begin with http://, https:// or unix://");
        };
    }

    /**
     * Opens a connection.
     *
     * @param readTimeoutMillis after so long without a byte a read fails; Unix sockets know no such limit
     */
    default Connection connect(int connectTimeoutMillis, int readTimeoutMillis) throws IOException {
        return switch (this) {
            case Tcp tcp -> {
                Proxy proxy = tcp.proxy();
                Socket socket = proxy == null
                        ? direct(tcp.host(), tcp.port(), connectTimeoutMillis)
                        : ProxyConnection.open(proxy, tcp, connectTimeoutMillis);
                try {
                    socket.setSoTimeout(readTimeoutMillis);
                    Socket used = tcp.tls() ? overTls(socket, tcp) : socket;
                    yield new Connection(used.getInputStream(), used.getOutputStream(), used);
                } catch (IOException e) {
                    socket.close();
                    throw e;
                }
            }
            case Unix unix -> {
                SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(unix.path()));
                yield new Connection(Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
            }
        };
    }

    /** A TCP connection without TLS. */
    static Socket direct(String host, int port, int timeoutMillis) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), timeoutMillis);
            socket.setTcpNoDelay(true);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static Socket overTls(Socket socket, Tcp tcp) throws IOException {
        SSLSocketFactory factory = tcp.trust() == null
                ? (SSLSocketFactory) SSLSocketFactory.getDefault()
                : tcp.trust().factory();
        SSLSocket secured = (SSLSocket) factory.createSocket(socket, tcp.host(), tcp.port(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    /** An open connection; closing it from another thread ends a read that waits. */
    record Connection(InputStream in, OutputStream out, Closeable socket) implements Closeable {
        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
