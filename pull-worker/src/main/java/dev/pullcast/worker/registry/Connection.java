// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.net.HostAndPort;
import dev.pullcast.contract.net.Proxy;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One connection for one request (RFC 9112), through a proxy where there is one. The deadline closes its socket under
 * whatever it is doing. Plain sockets, because neither {@code java.net.http} nor Vert.x's client lets a caller choose the
 * address of a name and count what comes off the wire.
 */
final class Connection implements Closeable {
    private static final int MAX_ADDRESSES = 4;
    private static final int MAX_CONNECT_MILLIS = 5_000;

    /** Without TLS, so that closing waits for nothing. */
    private final Socket plain;

    private final Socket socket;
    private final Deadline deadline;

    private Connection(Socket plain, Socket socket, Deadline deadline) {
        this.plain = plain;
        this.socket = socket;
        this.deadline = deadline;
    }

    /**
     * What to ask for.
     *
     * @param target path and query, encoded
     * @param headers besides {@code Host} and {@code Connection}
     * @param form null for none
     * @param maxBody bytes of the answer's body
     */
    record Request(
            String method,
            String target,
            Map<String, String> headers,
            @Nullable String form,
            int maxBody) {
        @Override
        public String toString() {
            return "Request[" + method + "]";
        }
    }

    /** Connects; {@code handshakeMillis} bound TLS, 0 leaves that to the deadline. */
    private static Connection open(Endpoint endpoint, Deadline deadline, int handshakeMillis) throws IOException {
        Proxy proxy = endpoint.proxy();
        Socket plain = proxy == null
                ? connect(endpoint.addresses(), endpoint.port(), deadline)
                : through(proxy, endpoint, deadline);
        try {
            if (!endpoint.tls()) {
                return new Connection(plain, plain, deadline);
            }
            plain.setSoTimeout(handshakeMillis);
            Socket secured = secured(plain, endpoint.host(), endpoint.port(), trust(endpoint), deadline);
            plain.setSoTimeout(0);
            return new Connection(plain, secured, deadline);
        } catch (IOException | RuntimeException e) {
            deadline.forget(plain);
            throw e;
        }
    }

    /** Sends the request and reads the whole answer. */
    static HttpAnswer exchange(Endpoint endpoint, Request request, Deadline deadline) throws IOException {
        return exchange(endpoint, request, deadline, 0);
    }

    static HttpAnswer exchange(Endpoint endpoint, Request request, Deadline deadline, int handshakeMillis)
            throws IOException {
        try (Connection connection = open(endpoint, deadline, handshakeMillis)) {
            connection.send(endpoint, request);
            return new HttpReader(connection.socket.getInputStream())
                    .read(request.maxBody(), !request.method().equals("HEAD"));
        } catch (RegistryException e) {
            throw deadline.isOver() ? deadline.late() : e;
        } catch (SSLException e) {
            throw deadline.isOver() ? deadline.late() : new TlsException(endpoint.host());
        } catch (IOException e) {
            throw deadline.isOver()
                    ? deadline.late()
                    : new RegistryException(
                            Refusal.UNREACHABLE, "no answer of " + endpoint.authority() + ": the connection failed");
        }
    }

    /** Of an insecure registry it only means that it may speak plain HTTP. */
    static final class TlsException extends IOException {
        private static final long serialVersionUID = 1;

        TlsException(String host) {
            super("no TLS with a certificate for " + host + " that is trusted here");
        }
    }

    private void send(Endpoint endpoint, Request request) throws IOException {
        Proxy proxy = endpoint.proxy();
        boolean absolute = proxy != null && proxy.scheme() != Proxy.Scheme.SOCKS5 && !endpoint.tls();
        StringBuilder head = new StringBuilder(request.method()).append(' ');
        if (absolute) {
            head.append("http://").append(endpoint.authority());
        }
        head.append(request.target()).append(" HTTP/1.1\r\nHost: ").append(endpoint.authority());
        head.append("\r\nUser-Agent: pullcast\r\nAccept-Encoding: identity\r\nConnection: close\r\n");
        if (absolute && proxy != null && proxy.authorization() != null) {
            head.append("Proxy-Authorization: ").append(proxy.authorization()).append("\r\n");
        }
        request.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        byte[] form = request.form() == null ? null : request.form().getBytes(StandardCharsets.US_ASCII);
        if (form != null) {
            head.append("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ")
                    .append(form.length);
            head.append("\r\n");
        }
        byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        socket.getOutputStream().write(bytes);
        if (form != null) {
            socket.getOutputStream().write(form);
        }
        socket.getOutputStream().flush();
    }

    private static Socket connect(List<InetAddress> addresses, int port, Deadline deadline) throws IOException {
        IOException last = new IOException("no address");
        for (InetAddress address : addresses.subList(0, Math.min(MAX_ADDRESSES, addresses.size()))) {
            Socket socket = new Socket();
            try {
                deadline.watch(socket);
                socket.connect(new InetSocketAddress(address, port), Math.min(MAX_CONNECT_MILLIS, deadline.millis()));
                socket.setTcpNoDelay(true);
                return socket;
            } catch (IOException e) {
                deadline.forget(socket);
                last = e;
            }
        }
        throw last;
    }

    private static Socket through(Proxy proxy, Endpoint endpoint, Deadline deadline) throws IOException {
        // The proxy is the administrator's choice, and may be anywhere.
        List<InetAddress> addresses = List.of(InetAddress.getAllByName(proxy.host()));
        if (proxy.scheme() == Proxy.Scheme.SOCKS5) {
            return socks(proxy, addresses.getFirst(), endpoint, deadline);
        }
        Socket socket = connect(addresses, proxy.port(), deadline);
        if (proxy.scheme() == Proxy.Scheme.HTTPS) {
            socket = secured(
                    socket, proxy.host(), proxy.port(), (SSLSocketFactory) SSLSocketFactory.getDefault(), deadline);
        }
        if (!endpoint.tls()) {
            return socket;
        }
        String target = new HostAndPort(endpoint.host(), endpoint.port()).toString();
        String login = proxy.authorization() == null ? "" : "Proxy-Authorization: " + proxy.authorization() + "\r\n";
        socket.getOutputStream()
                .write(("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n" + login + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        // No byte follows the head before we have begun TLS, so what the reader's buffer takes is the head alone.
        HttpAnswer answer = new HttpReader(socket.getInputStream()).read(0, false);
        if (answer.status() / 100 != 2) {
            throw new RegistryException(
                    Refusal.UNREACHABLE, "the proxy " + proxy + " refused the connection with HTTP " + answer.status());
        }
        return socket;
    }

    private static Socket socks(Proxy proxy, InetAddress address, Endpoint endpoint, Deadline deadline)
            throws IOException {
        if (proxy.user() != null) {
            throw new RegistryException(
                    Refusal.UNREACHABLE, "the proxy " + proxy + " wants a login, which SOCKS is not used with here");
        }
        Socket socket =
                new Socket(new java.net.Proxy(java.net.Proxy.Type.SOCKS, new InetSocketAddress(address, proxy.port())));
        deadline.watch(socket);
        socket.connect(
                InetSocketAddress.createUnresolved(endpoint.host(), endpoint.port()),
                Math.min(MAX_CONNECT_MILLIS, deadline.millis()));
        return socket;
    }

    /** Null for any certificate. */
    private static @Nullable SSLSocketFactory trust(Endpoint endpoint) {
        return endpoint.security() == Endpoint.Security.VERIFIED ? endpoint.trust() : null;
    }

    private static Socket secured(
            Socket plain, String host, int port, @Nullable SSLSocketFactory trust, Deadline deadline)
            throws IOException {
        SSLSocketFactory factory = trust != null ? trust : TrustAny.FACTORY;
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
        if (trust != null) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
        }
        deadline.check();
        socket.startHandshake();
        return socket;
    }

    @Override
    public void close() {
        deadline.forget(plain);
    }

    /** For registries that the engine takes any certificate from; loaded only then. */
    private static final class TrustAny extends X509ExtendedTrustManager {
        static final SSLSocketFactory FACTORY = factory();

        private static SSLSocketFactory factory() {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new TrustAny()}, new SecureRandom());
                return context.getSocketFactory();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
