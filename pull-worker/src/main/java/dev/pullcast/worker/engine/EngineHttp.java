// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.event.FailureReason;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How Vert.x's HTTP client reaches an engine, and what to tell a person when it does not. */
final class EngineHttp {
    /** Vert.x's own default of 5 would let the sixth pull wait unseen; pulls are bounded by the worker's slots. */
    private static final int CONNECTIONS = 256;

    private static final int CONNECT_MILLIS = 5_000;

    private EngineHttp() {}

    static HttpClientAgent client(Vertx vertx, EngineAddress address) {
        if (address instanceof EngineAddress.OnlyCommand only) {
            throw only.noApi();
        }
        HttpClientOptions options = new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS);
        if (address instanceof EngineAddress.Tcp tcp && tcp.tls() != null) {
            EngineAddress.Tls tls = tcp.tls();
            options.setSsl(true).setVerifyHost(tls.verify()).setTrustAll(!tls.verify());
            Path authority = tls.folder().resolve("ca.pem");
            if (tls.verify() && !(tls.systemAuthorities() && Files.notExists(authority))) {
                options.setTrustOptions(new PemTrustOptions().addCertPath(readable(authority)));
            }
            Path key = tls.folder().resolve("key.pem");
            if (Files.exists(key)) {
                options.setKeyCertOptions(new PemKeyCertOptions()
                        .addKeyPath(readable(key))
                        .addCertPath(readable(tls.folder().resolve("cert.pem"))));
            }
        }
        return vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS))
                .build();
    }

    private static String readable(Path file) {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("cannot read " + file + ", needed for TLS to the engine; set"
                    + " DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem");
        }
        return file.toString();
    }

    static RequestOptions request(EngineAddress address, HttpMethod method, String uri) {
        RequestOptions options = new RequestOptions().setMethod(method).setURI(uri);
        return switch (address) {
            case EngineAddress.Socket socket ->
                options.setServer(
                                SocketAddress.domainSocketAddress(socket.path().toString()))
                        .setHost("docker")
                        .setPort(80);
            case EngineAddress.Tcp tcp ->
                options.setHost(tcp.host()).setPort(tcp.port()).setSsl(tcp.tls() != null);
            case EngineAddress.OnlyCommand only -> throw only.noApi();
        };
    }

    /** A failure to talk to the engine, with what a person can do about it. */
    static EngineException unreachable(EngineAddress address, Throwable t) {
        if (t instanceof EngineException e) {
            return e;
        }
        String why = wordsOf(t);
        return new EngineException(new PullFailure(
                FailureReason.ENGINE_GONE, !why.contains("ermission denied"), address.unreachable(why), null));
    }

    /** Netty says of a missing socket file only that it is a FileNotFoundException. */
    private static String wordsOf(Throwable t) {
        for (Throwable cause = t; cause != null; cause = cause.getCause()) {
            if (cause instanceof FileNotFoundException || cause instanceof NoSuchFileException) {
                return "No such file or directory";
            }
        }
        return t.getMessage() == null ? t.toString() : t.getMessage();
    }

    /** Null where the folder is not on this machine, or not visible: unknown, not zero. */
    static @Nullable Long freeBytes(String folder) {
        try {
            return Files.getFileStore(Path.of(folder)).getUsableSpace();
        } catch (IOException e) {
            return null;
        }
    }
}
