// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.worker.stream.EngineMessage;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API, and the docker command while only that reaches the engine. A call that finds the API gone tries the command
 * before it fails; each {@link #facts()}, that is each heartbeat, tries the API first again. Pulls go the way that was
 * found last, and stay on it. All fields belong to the caller's context.
 */
final class AutoEngine implements EngineClient {
    private static final Logger LOG = LoggerFactory.getLogger(AutoEngine.class);

    private final EngineClient api;
    private final CliEngine cli;
    private boolean byCommand;

    AutoEngine(EngineClient api, CliEngine cli) {
        this.api = api;
        this.cli = cli;
    }

    @Override
    public Future<EngineFacts> facts() {
        return apiFirst(EngineClient::facts);
    }

    @Override
    public Future<EngineDetails> details() {
        return apiFirst(EngineClient::details);
    }

    private <T> Future<T> apiFirst(Function<EngineClient, Future<T>> call) {
        return call.apply(api)
                .onSuccess(_ -> backToApi())
                .recover(t -> isGone(t) ? switchOver(t).compose(call) : Future.failedFuture(t));
    }

    @Override
    public Future<Optional<ImageFacts>> inspect(String name) {
        return call(engine -> engine.inspect(name));
    }

    @Override
    public Future<Void> tag(String source, String repository, String tag) {
        return call(engine -> engine.tag(source, repository, tag));
    }

    @Override
    public Future<Removal> remove(String name) {
        return call(engine -> engine.remove(name));
    }

    @Override
    public Future<Optional<Long>> freeBytes() {
        return current().freeBytes();
    }

    @Override
    public EngineCall pull(PullRequest request, Consumer<EngineMessage> messages) {
        return current().pull(request, messages);
    }

    @Override
    public Future<Void> close() {
        return cli.close().eventually(api::close);
    }

    private EngineClient current() {
        return byCommand ? cli : api;
    }

    private <T> Future<T> call(Function<EngineClient, Future<T>> call) {
        if (byCommand) {
            return call.apply(cli);
        }
        return call.apply(api).recover(t -> isGone(t) ? switchOver(t).compose(call) : Future.failedFuture(t));
    }

    private static boolean isGone(Throwable t) {
        return EngineException.failureOf(t).reason() == FailureReason.ENGINE_GONE;
    }

    /** Which way works now; fails with the API's own failure if none does. */
    private Future<EngineClient> switchOver(Throwable apiFailure) {
        if (byCommand) {
            return Future.succeededFuture(cli);
        }
        return cli.version()
                // An engine that was just restarted answers both.
                .compose(_ -> api.facts().<EngineClient>map(_ -> api).otherwise(_ -> cli))
                .recover(_ -> Future.failedFuture(apiFailure))
                .onSuccess(engine -> {
                    if (engine == cli && !byCommand) {
                        byCommand = true;
                        LOG.warn(
                                "{}; using the docker command instead, which shows no bytes",
                                EngineException.failureOf(apiFailure).message());
                    }
                });
    }

    private void backToApi() {
        if (byCommand) {
            byCommand = false;
            LOG.info("the engine's API answers again: using it instead of the docker command");
        }
    }

    /** Of the way that was found last. */
    @Override
    public String toString() {
        return current().toString();
    }
}
