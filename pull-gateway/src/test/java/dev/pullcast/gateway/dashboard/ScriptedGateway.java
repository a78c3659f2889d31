// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Serves the dashboard's files as the gateway does, with its content security policy, and plays the events that a test
 * says: for what a real gateway does not do on demand. Its methods may be called from any thread.
 */
final class ScriptedGateway implements AutoCloseable {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8", "js", "text/javascript", "css", "text/css", "svg", "image/svg+xml");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable JobView job;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    // Guarded by this.
    private final List<HttpExchange> streams = new ArrayList<>();
    private final List<HttpExchange> pasts = new ArrayList<>();
    private List<PullEvent> past = List.of();
    private Snapshot snapshot;
    private int refusal;
    private int answer = 202;
    private String answerBody = "{}";
    private int sessionStatus = 200;
    private String session = "{\"via\":\"none\",\"roles\":[\"admin\"]}";

    ScriptedGateway(Snapshot snapshot) throws IOException {
        this.snapshot = snapshot;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** Requests other than GET, each as {@code METHOD path body}. */
    List<String> requests() {
        return requests;
    }

    /** What subscribers get first from now on. */
    synchronized void begin(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** What has happened to a job before anybody looks at it. */
    synchronized void past(PullEvent... events) {
        past = List.of(events);
    }

    /** What the gateway answers to a request for one job; null for 404. */
    synchronized void job(@Nullable JobView view) {
        this.job = view;
    }

    /** The status that new subscribers are refused with, which ends a browser's own attempts; 0 to let them in. */
    synchronized void refuse(int status) {
        refusal = status;
    }

    /** The answer to all that is not GET. */
    synchronized void answer(int status, String body) {
        answer = status;
        answerBody = body;
    }

    /** What is said of who is logged in. */
    synchronized void session(int status, String body) {
        sessionStatus = status;
        session = body;
    }

    synchronized int subscribers() {
        return streams.size();
    }

    void send(PullEvent... events) {
        for (PullEvent event : events) {
            send(event.type(), event);
        }
    }

    void send(WorkerView worker) {
        send("worker", worker);
    }

    synchronized void send(String type, Object data) {
        for (HttpExchange stream : streams) {
            try {
                write(stream, type, data);
            } catch (IOException e) {
                throw new UncheckedIOException("the browser is gone", e);
            }
        }
    }

    /** Ends every stream, as a proxy or a restarting gateway does. */
    synchronized void cut() {
        streams.forEach(HttpExchange::close);
        streams.clear();
        pasts.forEach(HttpExchange::close);
        pasts.clear();
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (!exchange.getRequestMethod().equals("GET")) {
            answerRequest(exchange, path);
        } else if (path.equals("/v1/events")) {
            subscribe(exchange);
        } else if (path.startsWith("/v1/pulls/") && path.endsWith("/events")) {
            tellThePast(exchange);
        } else if (path.startsWith("/v1/pulls/")) {
            tellTheJob(exchange);
        } else if (path.equals("/v1/session")) {
            synchronized (this) {
                respond(exchange, sessionStatus, "application/json", session.getBytes(StandardCharsets.UTF_8));
            }
        } else {
            serveFile(exchange, path.equals("/") ? "/index.html" : path);
        }
    }

    private void answerRequest(HttpExchange exchange, String path) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add((exchange.getRequestMethod() + ' ' + path + ' ' + body).strip());
        synchronized (this) {
            respond(exchange, answer, "application/json", answerBody.getBytes(StandardCharsets.UTF_8));
        }
    }

    private synchronized void tellTheJob(HttpExchange exchange) throws IOException {
        byte[] body = job == null ? "{}".getBytes(StandardCharsets.UTF_8) : ContractJson.write(job);
        respond(exchange, job == null ? 404 : 200, "application/json", body);
    }

    private synchronized void subscribe(HttpExchange exchange) throws IOException {
        if (refusal != 0) {
            respond(exchange, refusal, "application/problem+json", "{}".getBytes(StandardCharsets.UTF_8));
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write("retry: 300\n\n".getBytes(StandardCharsets.UTF_8));
        write(exchange, "snapshot", snapshot);
        streams.add(exchange);
    }

    private synchronized void tellThePast(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(":\n\n".getBytes(StandardCharsets.UTF_8));
        for (PullEvent event : past) {
            write(exchange, event.type(), event);
        }
        exchange.getResponseBody().flush();
        pasts.add(exchange);
    }

    private static void write(HttpExchange stream, String type, Object data) throws IOException {
        String json = new String(ContractJson.write(data), StandardCharsets.UTF_8);
        stream.getResponseBody()
                .write(("event: " + type + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8));
        stream.getResponseBody().flush();
    }

    private static void serveFile(HttpExchange exchange, String path) throws IOException {
        try (@Nullable InputStream file = ScriptedGateway.class.getResourceAsStream("/web" + path)) {
            if (file == null) {
                respond(exchange, 404, "text/plain", "There is no such file.".getBytes(StandardCharsets.UTF_8));
                return;
            }
            exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'self'");
            String type = TYPES.getOrDefault(path.substring(path.lastIndexOf('.') + 1), "application/octet-stream");
            respond(exchange, 200, type, file.readAllBytes());
        }
    }

    private static void respond(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        cut();
        server.stop(0);
        threads.close();
    }
}
