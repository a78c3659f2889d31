// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.worker.stream.EngineMessage;
import dev.pullcast.worker.stream.PlainOutputDecoder;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One {@code docker pull} from start to end. Two threads of its own wait for what the command writes (a blocking read
 * of a pipe would hold one of the few carriers of virtual threads); messages and the end arrive on the caller's context.
 */
final class CliPull implements EngineClient.EngineCall {
    private static final int MAX_ERRORS = 64 * 1024;
    /** For what still stands in the pipe when the command has ended. */
    private static final long LAST_ERRORS_MILLIS = 2_000;

    private final Context context;
    private final Consumer<EngineMessage> messages;
    private final Consumer<CliPull> onEnd;
    private final Promise<CallEnd> end = Promise.promise();

    private @Nullable Process process;
    private boolean closed;

    /** Starts the command; blocks. */
    interface Start {
        Process start() throws IOException;
    }

    /** How the command ended. */
    interface Judge {
        Future<CallEnd> judge(int exit, String errors);
    }

    CliPull(Context context, Consumer<EngineMessage> messages, Consumer<CliPull> onEnd) {
        this.context = context;
        this.messages = messages;
        this.onEnd = onEnd;
    }

    @Override
    public Future<CallEnd> end() {
        return end.future();
    }

    @Override
    public void close() {
        if (end.future().isComplete()) {
            return;
        }
        finish(new CallEnd.Broken(PullFailure.of(FailureReason.STREAM_CUT, "the call was closed by the worker")));
        Thread.ofPlatform().daemon().name("docker-kill").start(this::kill);
    }

    /** Ends the command and its children; blocks. */
    void kill() {
        Process running;
        synchronized (this) {
            closed = true;
            running = process;
        }
        if (running != null) {
            DockerCommand.kill(running);
        }
    }

    /** @param cleanUp runs on a thread that may block, when the command has ended or could not be started */
    void begin(Start start, Judge judge, Runnable cleanUp) {
        Thread.ofPlatform().daemon().name("docker-pull").start(() -> {
            try {
                follow(start, judge);
            } catch (IOException e) {
                context.runOnContext(
                        _ -> judge.judge(-1, String.valueOf(e.getMessage())).onSuccess(this::finish));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                cleanUp.run();
            }
        });
    }

    private void follow(Start start, Judge judge) throws IOException, InterruptedException {
        Process started;
        synchronized (this) {
            if (closed) {
                return;
            }
            started = start.start();
            process = started;
        }
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        Thread errorReader =
                Thread.ofPlatform().daemon().name("docker-pull-errors").start(() -> readErrors(started, errors));
        readOutput(started);
        int exit = started.waitFor();
        errorReader.join(LAST_ERRORS_MILLIS);
        String words;
        synchronized (errors) {
            words = errors.toString(StandardCharsets.UTF_8);
        }
        context.runOnContext(_ -> {
            if (!end.future().isComplete()) {
                judge.judge(exit, words).onSuccess(this::finish);
            }
        });
    }

    private void readOutput(Process started) throws IOException {
        List<EngineMessage> read = new ArrayList<>();
        PlainOutputDecoder decoder = new PlainOutputDecoder(read::add);
        byte[] buffer = new byte[8192];
        InputStream output = started.getInputStream();
        for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
            decoder.feed(buffer, 0, n);
            deliver(read);
        }
        decoder.end();
        deliver(read);
    }

    private void deliver(List<EngineMessage> read) {
        if (!read.isEmpty()) {
            List<EngineMessage> batch = List.copyOf(read);
            read.clear();
            context.runOnContext(_ -> {
                if (!end.future().isComplete()) {
                    batch.forEach(messages);
                }
            });
        }
    }

    private static void readErrors(Process started, ByteArrayOutputStream errors) {
        byte[] buffer = new byte[8192];
        try (InputStream in = started.getErrorStream()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (errors) {
                    errors.write(buffer, 0, Math.min(n, MAX_ERRORS - errors.size()));
                }
            }
        } catch (IOException e) {
            // The exit code tells that it failed; what was read so far has to do.
        }
    }

    private void finish(CallEnd how) {
        if (end.tryComplete(how)) {
            onEnd.accept(this);
        }
    }
}
