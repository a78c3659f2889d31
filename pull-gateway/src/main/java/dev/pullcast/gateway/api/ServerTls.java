// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.security.FileWatch;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The server's certificate and key from PEM files. When they change, new connections get the new ones and open ones go
 * on; as long as the two do not belong together, because one was replaced before the other, the old ones stay.
 */
final class ServerTls {
    private static final int UPDATE_SECONDS = 10;

    private final Vertx vertx;
    private final Path certificate;
    private volatile @Nullable PemKeyCertOptions now;
    private volatile @Nullable HttpServer server;
    private @Nullable FileWatch watch;

    private ServerTls(Vertx vertx, Path certificate) {
        this.vertx = vertx;
        this.certificate = certificate;
    }

    /** Reads both; fails with a message for a person if they are of no use. */
    static Future<ServerTls> open(Vertx vertx, Path certificate, Path key) {
        ServerTls tls = new ServerTls(vertx, certificate);
        return FileWatch.open(vertx, List.of(certificate, key), tls::load).map(watch -> {
            tls.watch = watch;
            return tls;
        });
    }

    private void load(List<byte[]> files) throws Exception {
        PemKeyCertOptions pem = new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(files.getFirst()))
                .addKeyValue(Buffer.buffer(files.getLast()));
        check(pem);
        HttpServer running = server;
        if (running != null) {
            running.updateSSLOptions(options(pem))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(UPDATE_SECONDS, TimeUnit.SECONDS);
        }
        now = pem;
    }

    private void check(PemKeyCertOptions pem) {
        try {
            for (KeyManager manager : pem.getKeyManagerFactory(vertx).getKeyManagers()) {
                if (manager instanceof X509KeyManager keys && belongTogether(keys)) {
                    return;
                }
            }
        } catch (Exception e) { // whose message may quote the key
            throw new IllegalArgumentException(
                    certificate + " and its key cannot be read: they must be PEM, the key PKCS#8 without a password",
                    e);
        }
        throw new IllegalArgumentException(certificate + " and its key do not belong together");
    }

    private static boolean belongTogether(X509KeyManager keys) throws GeneralSecurityException {
        for (String kind : List.of("RSA", "EC", "EdDSA", "Ed25519")) {
            String[] aliases = keys.getServerAliases(kind, null);
            if (aliases == null || aliases.length == 0) {
                continue;
            }
            PrivateKey key = keys.getPrivateKey(aliases[0]);
            X509Certificate own = keys.getCertificateChain(aliases[0])[0];
            Signature signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> "Ed25519";
                    });
            byte[] probe = {1, 2, 3};
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(own.getPublicKey());
            signature.update(probe);
            return signature.verify(signed);
        }
        return false;
    }

    private static ServerSSLOptions options(@Nullable PemKeyCertOptions pem) {
        return new ServerSSLOptions()
                .setKeyCertOptions(pem)
                .setUseAlpn(true)
                .setApplicationLayerProtocols(List.of("h2", "http/1.1"));
    }

    /** Puts TLS into the options of a server that is about to be made. */
    HttpServerOptions into(HttpServerOptions options) {
        return options.setSsl(true).setUseAlpn(true).setKeyCertOptions(now);
    }

    /** From now on changes reach this server. */
    void serve(HttpServer running) {
        server = running;
    }

    void close() {
        if (watch != null) {
            watch.close();
        }
    }
}
