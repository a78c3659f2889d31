// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Assumptions;

/**
 * A TLS server with a certificate that no engine knows, on an address outside 127.0.0.0/8, where engines verify. Nobody
 * gets beyond the handshake.
 */
public final class SelfSignedServer implements AutoCloseable {
    private static final String PASSWORD = "changeit";

    private final SSLServerSocket server;

    private SelfSignedServer(SSLServerSocket server) {
        this.server = server;
    }

    /** Starts it; skips the test on a machine that has only loopback addresses. */
    public static SelfSignedServer start() {
        try {
            InetAddress address = ownAddress();
            SSLServerSocket socket =
                    (SSLServerSocket) context(address).getServerSocketFactory().createServerSocket(0, 16, address);
            SelfSignedServer started = new SelfSignedServer(socket);
            Thread.ofPlatform().daemon().name("self-signed").start(started::serve);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static InetAddress ownAddress() throws IOException {
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : each.inetAddresses().toList()) {
                if (each.isUp() && !each.isLoopback() && address instanceof Inet4Address) {
                    return address;
                }
            }
        }
        return Assumptions.abort("this machine has no address but loopback ones");
    }

    private static SSLContext context(InetAddress address) throws IOException, GeneralSecurityException {
        Path folder = Files.createTempDirectory("pullcast-tls");
        try {
            Path store = folder.resolve("store.p12");
            Processes.run(
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "keytool")
                                            .toString(),
                                    "-genkeypair",
                                    "-keyalg",
                                    "EC",
                                    "-alias",
                                    "own",
                                    "-dname",
                                    "CN=own",
                                    "-ext",
                                    "san=ip:" + address.getHostAddress(),
                                    "-storetype",
                                    "PKCS12",
                                    "-keystore",
                                    store.toString(),
                                    "-storepass",
                                    PASSWORD),
                            Map.of())
                    .orFail();
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } finally {
            Processes.deleteQuietly(folder);
        }
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                client.getInputStream().readAllBytes();
            } catch (IOException e) {
                // The other side refused the certificate, or close() was called.
            }
        }
    }

    /** {@code address:port}. */
    public String address() {
        return server.getInetAddress().getHostAddress() + ':' + server.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
