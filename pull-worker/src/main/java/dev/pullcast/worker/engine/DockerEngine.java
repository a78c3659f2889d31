// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.worker.stream.EngineMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Docker Engine, or Podman's Docker-compatible service, over its Unix socket or TCP. The API version is negotiated by
 * {@code HEAD /_ping} before the first call and after the engine was gone; it is never hard-coded.
 */
public final class DockerEngine implements EngineClient {
    /** For calls that the engine answers by itself; pulls have no such bound. */
    private static final long SHORT_CALL_MILLIS = 30_000;

    private static final int MAX_ERROR_BODY = 64 * 1024;
    private static final Path PROC = Path.of("/proc");

    private final Vertx vertx;
    private final EngineAddress address;
    private final HttpClientAgent client;
    private @Nullable String dataRoot;
    private @Nullable Future<Ping> ping;
    private volatile boolean closed;

    /**
     * What {@code /_ping} told, or {@code /version} in its place.
     *
     * @param version null where neither may be asked: then paths have none, and engines serve them as their newest
     */
    private record Ping(@Nullable ApiVersion version, boolean podman) {
        String versionText() {
            return version == null ? "" : version.toString();
        }
    }

    private DockerEngine(Vertx vertx, EngineAddress address, HttpClientAgent client) {
        this.vertx = vertx;
        this.address = address;
        this.client = client;
    }

    /**
     * A client for the engine at this address; connects at the first call.
     *
     * @throws IllegalArgumentException if the address names TLS files that cannot be read
     */
    public static DockerEngine at(Vertx vertx, EngineAddress address) {
        return new DockerEngine(vertx, address, EngineHttp.client(vertx, address));
    }

    @Override
    public Future<EngineFacts> facts() {
        return info().map(InfoAnswer::facts).compose(this::withFreeBytes);
    }

    @Override
    public Future<EngineDetails> details() {
        return info().compose(info ->
                        version().compose(version -> withFreeBytes(info.facts()).map(info.details(version)::withFacts)))
                .compose(this::withDownloads);
    }

    private Future<InfoAnswer> info() {
        return refreshPing()
                .compose(p -> shortCall(HttpMethod.GET, path(p, "/info"))
                        .map(DockerEngine::tree)
                        .recover(t -> EngineException.isRefusal(t)
                                ? version().map(InfoAnswer::fromVersion)
                                : Future.failedFuture(t))
                        .map(info -> new InfoAnswer(p.podman(), p.versionText(), info)));
    }

    /** Podman fails to answer where it cannot run its own helpers, and pulls all the same. */
    private Future<JsonNode> version() {
        return ping().compose(p -> shortCall(HttpMethod.GET, path(p, "/version")))
                .map(DockerEngine::tree)
                .otherwise(ContractJson.mapper().createObjectNode());
    }

    private Future<EngineFacts> withFreeBytes(EngineFacts facts) {
        dataRoot = address instanceof EngineAddress.Socket ? facts.dataRoot() : null;
        return freeBytes().map(free -> free.map(facts::withFreeBytes).orElse(facts));
    }

    private Future<EngineDetails> withDownloads(EngineDetails details) {
        return details.facts().kind().equals("docker") && address instanceof EngineAddress.Socket socket
                ? vertx.executeBlocking(
                                () -> details.withDownloads(DaemonProcess.downloads(PROC, socket.path())), false)
                        .map(Objects::requireNonNull)
                : Future.succeededFuture(details);
    }

    @Override
    public Future<Optional<Long>> freeBytes() {
        String root = dataRoot;
        if (root == null) {
            return Future.succeededFuture(Optional.empty());
        }
        return vertx.executeBlocking(() -> EngineHttp.freeBytes(root), false).map(Optional::ofNullable);
    }

    @Override
    public Future<Optional<ImageFacts>> inspect(String name) {
        return ping().compose(p -> send(HttpMethod.GET, path(p, "/images/" + encode(name) + "/json"), null))
                .compose(response -> response.statusCode() == 404
                        ? errorOf(response, requestOf(response), null)
                                .compose(error -> EngineException.isRefusal(error)
                                        ? Future.failedFuture(error)
                                        : Future.succeededFuture(Optional.<ImageFacts>empty()))
                        : bodyOf(response).map(body -> Optional.of(imageFacts(tree(body)))));
    }

    static ImageFacts imageFacts(JsonNode node) {
        List<String> digests = new ArrayList<>();
        node.path("RepoDigests").forEach(d -> digests.add(d.asString("")));
        return new ImageFacts(
                node.path("Id").asString(""),
                digests,
                node.path("Os").asString(""),
                node.path("Architecture").asString(""));
    }

    @Override
    public EngineCall pull(PullRequest request, Consumer<EngineMessage> messages) {
        DockerPull call = new DockerPull(
                request.auth(),
                messages,
                response -> errorOf(response, "POST /images/create", request.auth()),
                this::diagnoseCut);
        ping().compose(p -> send(HttpMethod.POST, path(p, pullPath(request)), call))
                .onSuccess(call::onResponse)
                .onFailure(call::onRequestFailed);
        return call;
    }

    /**
     * {@code fromImage} alone would pull every tag, so a tag or digest always goes along; with both, the digest
     * decides and the caller tags afterwards.
     */
    private static String pullPath(PullRequest request) {
        ImageReference reference = request.reference();
        String version = reference.digest() != null ? reference.digest() : reference.tag();
        StringBuilder path = new StringBuilder("/images/create?fromImage=")
                .append(encode(reference.name()))
                .append("&tag=")
                .append(encode(version == null ? "latest" : version));
        if (request.platform() != null) {
            path.append("&platform=").append(encode(request.platform()));
        }
        return path.toString();
    }

    /** A stream that broke off is the engine's end if it does not answer any more, else only the stream's. */
    private Future<PullFailure> diagnoseCut(String what) {
        if (closed) {
            return Future.succeededFuture(PullFailure.of(
                    FailureReason.STREAM_CUT, "the worker closed its connections to the engine during the pull"));
        }
        return refreshPing()
                .map(_ -> PullFailure.of(
                        FailureReason.STREAM_CUT,
                        "the engine closed its answer before the pull had ended (" + what + ")"))
                .otherwise(t -> PullFailure.of(
                        FailureReason.ENGINE_GONE,
                        "the engine at " + address + " went away during the pull ("
                                + EngineException.failureOf(t).message() + ")"));
    }

    @Override
    public Future<Void> tag(String source, String repository, String tag) {
        return ping().compose(p -> shortCall(
                        HttpMethod.POST,
                        path(
                                p,
                                "/images/" + encode(source) + "/tag?repo=" + encode(repository) + "&tag="
                                        + encode(tag))))
                .mapEmpty();
    }

    @Override
    public Future<Removal> remove(String name) {
        String ofName = encode("{\"ancestor\":[\"" + name + "\"]}");
        return inspect(name)
                .compose(found -> found.isEmpty()
                        ? Future.succeededFuture(Removal.ABSENT)
                        : ping().compose(p -> shortCall(
                                        HttpMethod.GET, path(p, "/containers/json?all=true&limit=1&filters=" + ofName)))
                                .compose(users ->
                                        tree(users).isEmpty() ? delete(name) : Future.succeededFuture(Removal.IN_USE)));
    }

    private Future<Removal> delete(String name) {
        return ping().compose(p -> send(HttpMethod.DELETE, path(p, "/images/" + encode(name)), null))
                .compose(response -> switch (response.statusCode()) {
                    case 404 -> drained(response).map(_ -> Removal.ABSENT);
                    case 409 -> drained(response).map(_ -> Removal.IN_USE);
                    default -> bodyOf(response).map(_ -> Removal.REMOVED);
                });
    }

    @Override
    public Future<Void> close() {
        closed = true;
        return client.close();
    }

    private Future<Ping> ping() {
        Future<Ping> current = ping;
        return current == null || current.failed() ? refreshPing() : current;
    }

    private Future<Ping> refreshPing() {
        Future<Ping> fresh = send(HttpMethod.HEAD, "/_ping", null)
                .compose(head -> head.statusCode() == 200
                        ? drained(head).map(head)
                        : drained(head)
                                .compose(_ -> send(HttpMethod.GET, "/_ping", null))
                                .compose(response -> bodyOf(response).map(response)))
                .map(response -> new Ping(
                        ApiVersion.negotiate(response.getHeader("Api-Version")),
                        response.getHeader("Libpod-API-Version") != null
                                || String.valueOf(response.getHeader("Server")).startsWith("Libpod")))
                .recover(t -> EngineException.isRefusal(t) ? pingByVersion() : Future.failedFuture(t));
        ping = fresh;
        return fresh;
    }

    /** For an address that does not allow {@code /_ping}. */
    private Future<Ping> pingByVersion() {
        return shortCall(HttpMethod.GET, "/version")
                .map(DockerEngine::tree)
                .map(version -> new Ping(
                        ApiVersion.negotiate(version.path("ApiVersion").asString("")), InfoAnswer.isPodman(version)))
                .recover(t -> EngineException.isRefusal(t)
                        ? Future.succeededFuture(new Ping(null, false))
                        : Future.failedFuture(t));
    }

    private static String path(Ping ping, String path) {
        return ping.version() == null ? path : "/v" + ping.version() + path;
    }

    private Future<Buffer> shortCall(HttpMethod method, String uri) {
        return send(method, uri, null).compose(this::bodyOf);
    }

    private Future<Buffer> bodyOf(HttpClientResponse response) {
        if (response.statusCode() / 100 == 2 && !DockerPull.isPage(response)) {
            Future<Buffer> body = response.body();
            response.resume();
            return body.recover(t -> Future.failedFuture(EngineHttp.unreachable(address, t)));
        }
        return errorOf(response, requestOf(response), null).compose(Future::failedFuture);
    }

    private static String requestOf(HttpClientResponse response) {
        String uri = response.request().getURI();
        int query = uri.indexOf('?');
        return response.request().getMethod() + " " + (query < 0 ? uri : uri.substring(0, query));
    }

    /** Reads an answer that is not what was asked for: the engine's own error, or that of a proxy before it. */
    private Future<EngineException> errorOf(HttpClientResponse response, String request, @Nullable RegistryAuth auth) {
        Buffer body = Buffer.buffer();
        response.handler(chunk -> {
            if (body.length() < MAX_ERROR_BODY) {
                body.appendBuffer(chunk);
            }
        });
        boolean ofEngine =
                response.getHeader("Api-Version") != null || response.getHeader("Libpod-API-Version") != null;
        return drained(response)
                .otherwiseEmpty()
                .map(_ -> new ErrorAnswer(
                                request,
                                response.statusCode(),
                                response.getHeader("Content-Type"),
                                ofEngine,
                                body.toString(StandardCharsets.UTF_8))
                        .failure(address, auth));
    }

    /**
     * Sends a request.
     *
     * @return the head of the answer. It is paused: whoever takes it sets handlers, then resumes it. Futures may tell of
     *     it on another thread than the connection's, and its end must not be over before somebody listens
     */
    private Future<HttpClientResponse> send(HttpMethod method, String uri, @Nullable DockerPull pull) {
        RequestOptions options = EngineHttp.request(address, method, uri);
        if (pull == null) {
            options.setIdleTimeout(SHORT_CALL_MILLIS);
        }
        return client.request(options)
                .recover(t -> Future.failedFuture(EngineHttp.unreachable(address, t)))
                .compose(request -> {
                    if (pull != null) {
                        pull.onRequest(request);
                    }
                    return request.send()
                            .map(HttpClientResponse::pause)
                            .recover(t -> Future.failedFuture(EngineHttp.unreachable(address, t)));
                });
    }

    /** Lets a response whose handlers are set flow to its end. */
    private static Future<Void> drained(HttpClientResponse response) {
        Future<Void> end = response.end();
        response.resume();
        return end;
    }

    private static JsonNode tree(Buffer body) {
        try {
            return ContractJson.mapper().readTree(body.getBytes());
        } catch (JacksonException e) {
            throw new EngineException(PullFailure.of(
                    FailureReason.ENGINE_ERROR, "the engine's answer is not JSON: " + e.getOriginalMessage()));
        }
    }

    static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Where a person would look for it. */
    @Override
    public String toString() {
        return address.toString();
    }
}
