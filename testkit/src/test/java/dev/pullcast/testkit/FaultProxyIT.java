// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyIT {
    private static final int LAYER = 400_000;

    HttpServer server;
    FaultProxy proxy;
    volatile String accepted = "";

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            accepted = String.join(", ", exchange.getRequestHeaders().getOrDefault("Accept", List.of()));
            int length = exchange.getRequestURI().getPath().endsWith("/layer") ? LAYER : 100;
            exchange.sendResponseHeaders(200, length);
            exchange.getResponseBody().write(new byte[length]);
            exchange.close();
        });
        server.start();
        proxy = FaultProxy.before("127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void close() {
        proxy.close();
        server.stop(0);
    }

    /** The whole answer, head and body, as it came. */
    byte[] get(String path, String... headers) throws IOException {
        String address = proxy.address();
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), Integer.parseInt(address.substring(address.indexOf(':') + 1)))) {
            socket.setSoTimeout(500);
            StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            return in.readAllBytes();
        }
    }

    String text(String path, String... headers) throws IOException {
        return new String(get(path, headers), StandardCharsets.ISO_8859_1);
    }

    FaultProxy.Request lastRequest() {
        Awaitility.await().until(() -> !proxy.requests().isEmpty());
        return proxy.requests().getLast();
    }

    @Test
    void passesOnWhatItIsNotToldToSpoil() throws IOException {
        assertThat(get("/v2/a/blobs/layer", "Range: bytes=5-", "Accept: a", "Accept: b"))
                .hasSizeGreaterThan(LAYER);
        assertThat(accepted).isEqualTo("a, b");
        assertThat(lastRequest()).isEqualTo(new FaultProxy.Request("GET", "/v2/a/blobs/layer", "bytes=5-", 200, LAYER));
        assertThat(proxy.layerRequests()).hasSize(1);
    }

    @Test
    void resetsAConnectionInMidLayerAsOftenAsItIsTold() throws IOException {
        proxy.whenLayer(new Fault.ResetAfter(1000), 1);
        assertThat(text("/v2/a/blobs/config")).startsWith("HTTP/1.1 200");
        assertThatThrownBy(() -> get("/v2/a/blobs/layer")).isInstanceOf(SocketException.class);
        assertThat(lastRequest().sent()).isLessThanOrEqualTo(1000);
        assertThat(get("/v2/a/blobs/layer")).hasSizeGreaterThan(LAYER);
    }

    @Test
    void endsAConnectionInMidLayer() throws IOException {
        proxy.whenLayer(new Fault.EndAfter(1000), 1);
        assertThat(get("/v2/a/blobs/layer")).hasSizeBetween(1000, 2000);
    }

    @Test
    void fallsSilentInMidLayer() {
        proxy.whenLayer(new Fault.StallAfter(1000), 1);
        assertThatThrownBy(() -> get("/v2/a/blobs/layer")).isInstanceOf(SocketTimeoutException.class);
        assertThat(lastRequest().sent()).isEqualTo(1000);
    }

    @Test
    void slowsALayerDown() throws IOException {
        proxy.whenLayer(new Fault.Slow(1_000_000), 1);
        long start = System.nanoTime();
        assertThat(get("/v2/a/blobs/layer")).hasSizeGreaterThan(LAYER);
        assertThat(System.nanoTime() - start).isGreaterThan(350_000_000L);
    }

    @Test
    void answersInsteadOfTheServer() throws IOException {
        proxy.when("/manifests/", new Fault.Answer(503, Map.of("Retry-After", "7"), "<html>"), 1);
        assertThat(text("/v2/a/manifests/1"))
                .startsWith("HTTP/1.1 503 ")
                .contains("Retry-After: 7\r\n")
                .endsWith("\r\n\r\n<html>");
        assertThat(accepted).isEmpty();
        assertThat(text("/v2/a/manifests/1")).startsWith("HTTP/1.1 200");
        proxy.when("/manifests/", Fault.Answer.tooManyRequests(), 1);
        proxy.heal();
        assertThat(text("/v2/a/manifests/1")).startsWith("HTTP/1.1 200");
    }

    @Test
    void givesATokenForTheRightPasswordAndLetsNobodyInWithoutOne() throws IOException {
        proxy.when("", new Fault.Token("me", "pw"), Integer.MAX_VALUE);
        assertThat(text("/v2/")).startsWith("HTTP/1.1 401").contains("realm=\"http://" + proxy.address() + "/token\"");
        assertThat(text("/token", "Authorization: Basic bWU6bm8=")).startsWith("HTTP/1.1 401");
        String answer = text("/token", "Authorization: Basic bWU6cHc=");
        String token = answer.substring(answer.indexOf("{\"token\":\"") + 10, answer.lastIndexOf('"'));
        assertThat(text("/v2/", "Authorization: Bearer " + token)).startsWith("HTTP/1.1 200");
    }

    @Test
    void refusesAndTakesConnectionsAgain() throws IOException {
        proxy.refuse();
        assertThatThrownBy(() -> get("/v2/")).isInstanceOf(SocketException.class);
        proxy.accept();
        assertThat(text("/v2/")).startsWith("HTTP/1.1 200");
    }
}
