// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.worker.engine.CallEnd;
import dev.pullcast.worker.engine.EngineClient;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.ImageFacts;
import dev.pullcast.worker.engine.PullFailure;
import dev.pullcast.worker.engine.PullRequest;
import dev.pullcast.worker.stream.EngineMessage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An engine in memory whose calls the test ends by hand. */
public final class FakeEngine implements EngineClient {
    public final Map<String, ImageFacts> images = new HashMap<>();
    public final List<Call> calls = new ArrayList<>();
    public final List<String> tags = new ArrayList<>();
    public boolean gone;
    public @Nullable Long free;

    /** One call that the test ends. */
    public static final class Call implements EngineCall {
        public final PullRequest request;
        public final Consumer<EngineMessage> messages;
        final Promise<CallEnd> end = Promise.promise();
        public boolean closed;

        Call(PullRequest request, Consumer<EngineMessage> messages) {
            this.request = request;
            this.messages = messages;
        }

        @Override
        public Future<CallEnd> end() {
            return end.future();
        }

        @Override
        public void close() {
            closed = true;
            end.tryComplete(new CallEnd.Broken(PullFailure.of(FailureReason.STREAM_CUT, "closed")));
        }

        public void succeed() {
            end.complete(new CallEnd.Clean());
        }

        public void fail(FailureReason reason) {
            end.complete(new CallEnd.Broken(PullFailure.of(reason, "the engine's words")));
        }
    }

    public Call lastCall() {
        return calls.getLast();
    }

    public void has(String name, String digest) {
        images.put(
                name,
                new ImageFacts(
                        "sha256:id", List.of(name.replaceAll("(:[^/]*|@.*)$", "") + "@" + digest), "linux", "amd64"));
    }

    @Override
    public Future<EngineFacts> facts() {
        return Future.succeededFuture(new EngineFacts("docker", "1", "1.41", "linux", "amd64", null, null, null));
    }

    @Override
    public Future<Optional<ImageFacts>> inspect(String name) {
        return gone
                ? Future.failedFuture(
                        new EngineException(PullFailure.of(FailureReason.ENGINE_GONE, "cannot reach the engine")))
                : Future.succeededFuture(Optional.ofNullable(images.get(name)));
    }

    @Override
    public Future<Removal> remove(String name) {
        return Future.succeededFuture(images.remove(name) == null ? Removal.ABSENT : Removal.REMOVED);
    }

    @Override
    public EngineCall pull(PullRequest request, Consumer<EngineMessage> messages) {
        Call call = new Call(request, messages);
        calls.add(call);
        return call;
    }

    @Override
    public Future<Void> tag(String source, String repository, String tag) {
        tags.add(source + " -> " + repository + ":" + tag);
        return Future.succeededFuture();
    }

    @Override
    public Future<Optional<Long>> freeBytes() {
        return Future.succeededFuture(Optional.ofNullable(free));
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
