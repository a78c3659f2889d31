// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.worker.stream.DecodeException;
import dev.pullcast.worker.stream.EngineMessage;
import dev.pullcast.worker.stream.EngineMessageDecoder;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One {@code POST /images/create} from request to end. HTTP 200 is not success: the last error of the stream decides,
 * and a stream without its terminating chunk is a failure. All fields belong to the context of the call.
 */
final class DockerPull implements EngineClient.EngineCall {
    private static final int LEAST_READ = 1024;

    private final @Nullable RegistryAuth auth;
    private final Function<HttpClientResponse, Future<EngineException>> readError;
    private final Function<String, Future<PullFailure>> diagnoseCut;
    private final EngineMessageDecoder decoder;
    private final Promise<CallEnd> end = Promise.promise();

    private byte[] read = new byte[0];
    private @Nullable HttpClientRequest request;
    private @Nullable String errorInStream;
    private boolean closed;

    DockerPull(
            @Nullable RegistryAuth auth,
            Consumer<EngineMessage> messages,
            Function<HttpClientResponse, Future<EngineException>> readError,
            Function<String, Future<PullFailure>> diagnoseCut) {
        this.auth = auth;
        this.readError = readError;
        this.diagnoseCut = diagnoseCut;
        this.decoder = new EngineMessageDecoder(message -> {
            if (message instanceof EngineMessage.Failure failure) {
                errorInStream = failure.message();
            }
            if (!closed) {
                messages.accept(message);
            }
        });
    }

    @Override
    public Future<CallEnd> end() {
        return end.future();
    }

    @Override
    public void close() {
        if (closed || end.future().isComplete()) {
            return;
        }
        closed = true;
        // Before the reset, which reports a cut stream at once.
        broken(PullFailure.of(FailureReason.STREAM_CUT, "the call was closed by the worker"));
        if (request != null) {
            request.reset();
        }
    }

    void onRequest(HttpClientRequest newRequest) {
        request = newRequest;
        if (auth != null) {
            newRequest.putHeader("X-Registry-Auth", auth.header());
        }
        if (closed) {
            newRequest.reset();
        }
    }

    void onRequestFailed(Throwable t) {
        broken(EngineException.failureOf(t));
    }

    void onResponse(HttpClientResponse response) {
        if (response.statusCode() != 200 || isPage(response)) {
            readError.apply(response).onSuccess(error -> broken(error.failure()));
            return;
        }
        response.handler(this::onChunk);
        response.exceptionHandler(t -> onCut(String.valueOf(t.getMessage())));
        response.endHandler(_ -> onEnd());
        response.resume();
    }

    /** A login proxy's, for instance: no engine answers with one. */
    static boolean isPage(HttpClientResponse response) {
        String type = response.getHeader("Content-Type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("text/html");
    }

    private void onChunk(Buffer chunk) {
        if (end.future().isComplete()) {
            return;
        }
        if (chunk.length() > read.length) {
            read = new byte[Math.max(chunk.length(), LEAST_READ)];
        }
        chunk.getBytes(read);
        try {
            decoder.feed(read, 0, chunk.length());
        } catch (DecodeException e) {
            onGarbled(e);
        }
    }

    private void onGarbled(DecodeException e) {
        closed = true;
        broken(PullFailure.of(
                FailureReason.ENGINE_ERROR,
                Redaction.clean("the engine's answer cannot be read: " + e.getMessage(), auth)));
        if (request != null) {
            request.reset();
        }
    }

    private void onEnd() {
        try {
            decoder.end();
        } catch (DecodeException e) {
            onGarbled(e);
            return;
        }
        String error = errorInStream;
        if (error != null) {
            broken(FailureClassifier.classify(200, error, auth));
        } else {
            end.tryComplete(new CallEnd.Clean());
        }
    }

    private void onCut(String what) {
        String error = errorInStream;
        if (error != null) {
            broken(FailureClassifier.classify(200, error, auth));
        } else if (!end.future().isComplete()) {
            diagnoseCut.apply(what).onSuccess(this::broken);
        }
    }

    private void broken(PullFailure failure) {
        end.tryComplete(new CallEnd.Broken(failure));
    }
}
