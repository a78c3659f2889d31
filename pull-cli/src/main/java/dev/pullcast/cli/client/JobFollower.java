// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.cli.render.Feed;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerView;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Follows one job over SSE until it has ended, or all jobs until it is closed, across cut connections and restarted
 * gateways: it resumes after the last cursor that it has seen. {@link #run} blocks the thread that calls it;
 * {@link #close} ends it from another.
 */
public final class JobFollower implements AutoCloseable {
    /** With the growing waits between them, attempts go on for about a minute. */
    private static final int MOST_FAILURES = 12;

    private static final long LONGEST_WAIT_MILLIS = 8_000;
    private static final int GONE = 404;
    private static final int BAD_REQUEST = 400;

    private final GatewayClient gateway;
    private final @Nullable String job;
    private final boolean patient;
    private final Consumer<Feed> sink;
    private final EventLedger ledger = new EventLedger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable HttpExchange open;

    // Owned by the thread that runs.
    private String cursor = "";
    private long retryMillis = 500;
    private int failures;
    private boolean heard;
    private @Nullable Duration statedWait;
    private final StatedWaits waits;

    /**
     * Prepares.
     *
     * @param job its id; null for all jobs
     * @param patient whether it goes on however long the gateway is not there
     * @param sink takes what is heard, on the thread that runs; must not throw
     */
    public JobFollower(GatewayClient gateway, @Nullable String job, boolean patient, Consumer<Feed> sink) {
        this.gateway = gateway;
        this.job = job;
        this.patient = patient;
        this.sink = sink;
        this.waits = new StatedWaits(gateway.maxWait());
    }

    /** Which events were seen; to be read after {@link #run} has returned. */
    public EventLedger ledger() {
        return ledger;
    }

    /** Follows; the last item in the sink is {@link Feed.End}. */
    public void run() {
        String problem = null;
        boolean ended = false;
        while (!ended) {
            try {
                ended = readUntilCut();
                if (!ended) {
                    ended = pauseBeforeNext("the gateway closed the stream");
                    problem = ended ? "stopped before the job had ended" : null;
                }
            } catch (ForeignAnswer e) {
                ended = true;
                problem = textOf(e);
            } catch (GatewayClient.Ended e) {
                // The snapshot tells how it ended.
                ended = !forgetCursor();
            } catch (GatewayClient.Refused e) {
                statedWait = e.retryAfter();
                boolean mayHeal = e.status() >= 500
                        || e.status() == 429
                        || (e.status() == GONE && !heard)
                        || (e.status() == BAD_REQUEST && forgetCursor());
                ended = !mayHeal || pauseBeforeNext(textOf(e));
                problem = ended ? "the gateway at " + gateway.url() + " says: " + textOf(e) : null;
            } catch (IOException e) {
                ended = pauseBeforeNext(textOf(e));
                problem = ended ? "cannot reach the gateway at " + gateway.url() + ": " + textOf(e) : null;
            }
        }
        sink.accept(new Feed.End(problem));
    }

    private static String textOf(IOException e) {
        String message = e.getMessage();
        return message == null ? e.toString() : message;
    }

    /** Ends {@link #run} soon. */
    @Override
    public void close() {
        closed.countDown();
        HttpExchange exchange = open;
        if (exchange != null) {
            exchange.close();
        }
    }

    private boolean forgetCursor() {
        boolean had = !cursor.isEmpty();
        cursor = "";
        return had;
    }

    /** Waits, and says whether to give up instead. */
    private boolean pauseBeforeNext(String why) {
        failures++;
        // Somebody who has seen a fleet wants to see it again, whenever that is.
        boolean forEver = patient || (job == null && heard);
        if (failures > MOST_FAILURES && !forEver) {
            return true;
        }
        // Whoever watches a fleet for weeks is told once of each cut.
        if (failures == 2 || (failures > 2 && job != null && failures <= MOST_FAILURES)) {
            String what = job == null ? "the events" : "the events of the job";
            sink.accept(new Feed.Note("lost " + what + " (" + why + "); trying again"));
        }
        long most = Math.min(LONGEST_WAIT_MILLIS, retryMillis << Math.min(8, failures - 1));
        long wait = ThreadLocalRandom.current().nextLong(most / 2, most + 1);
        Duration stated = statedWait;
        statedWait = null;
        if (stated != null) {
            if (!waits.allow(stated) && !forEver) {
                return true;
            }
            long millis = Math.min(stated.toMillis(), waits.max().toMillis());
            if (millis > wait) {
                wait = millis;
                sink.accept(new Feed.Note("waiting " + StatedWaits.secondsOf(Duration.ofMillis(millis))
                        + " s before the next try, as the gateway asks (" + why + ")"));
            }
        }
        try {
            return closed.await(wait, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Whether the job has ended; false if only the stream has. */
    private boolean readUntilCut() throws IOException {
        try (HttpExchange exchange = gateway.events(job, cursor)) {
            open = exchange;
            SseReader reader = new SseReader(exchange.body(), cursor);
            for (SseReader.Event event = next(reader); event != null; event = next(reader)) {
                heard = true;
                failures = 0;
                if (take(event)) {
                    return true;
                }
                cursor = reader.lastEventId();
            }
            return false;
        } catch (JacksonException e) {
            throw new IOException(
                    "the gateway sent something that is not of the contract: " + e.getOriginalMessage(), e);
        } finally {
            open = null;
        }
    }

    /** What stands behind the last event counts too: a heartbeat has an id and no data. */
    private SseReader.@Nullable Event next(SseReader reader) throws IOException {
        boolean whole = false;
        try {
            SseReader.Event event = reader.next();
            whole = event != null;
            return event;
        } finally {
            cursor = whole ? cursor : reader.lastEventId();
            retryMillis = reader.retryMillis() >= 0 ? Math.max(100, reader.retryMillis()) : retryMillis;
        }
    }

    private boolean take(SseReader.Event event) {
        return switch (event.type()) {
            case "snapshot" -> takeSnapshot(ContractJson.mapper().readValue(event.data(), Snapshot.class));
            case "reset" -> {
                ledger.restart();
                yield false;
            }
            case "gap" -> {
                long lost = field(event, "lost").asLong(1);
                ledger.lost(lost);
                sink.accept(new Feed.Note(lost + " events were lost on the way; what is shown is complete again soon"));
                yield false;
            }
            case "degraded" -> {
                String message = field(event, "message").asString("Kafka does not answer");
                boolean away = field(event, "degraded").asBoolean(true);
                sink.accept(new Feed.Note(
                        "gateway: " + message + (away ? "; pulls go on, and news follows when it does" : "")));
                yield false;
            }
            case "error" -> {
                sink.accept(new Feed.Note("gateway: " + field(event, "title").asString(event.data())));
                yield false;
            }
            case "worker" -> {
                if (job == null) {
                    sink.accept(new Feed.Worker(ContractJson.mapper().readValue(event.data(), WorkerView.class)));
                }
                yield false;
            }
            case "message" -> false;
            default -> takeEvent(ContractJson.mapper().readValue(event.data(), PullEvent.class));
        };
    }

    private static JsonNode field(SseReader.Event event, String name) {
        return ContractJson.mapper().readTree(event.data()).path(name);
    }

    private boolean takeSnapshot(Snapshot snapshot) {
        if (job == null) {
            sink.accept(new Feed.All(snapshot));
            return false;
        }
        for (JobView view : snapshot.jobs()) {
            if (view.id().equals(job)) {
                ledger.accept(view);
                sink.accept(new Feed.State(view));
                switch (view.state()) {
                    case REJECTED -> {
                        sink.accept(new Feed.Note("the job was rejected: " + String.join("; ", view.reasons())));
                        return true;
                    }
                    case COMPLETED -> {
                        noteMessage(view.message());
                        return true;
                    }
                    case PENDING, RUNNING, PAUSED -> {}
                }
            }
        }
        return false;
    }

    private boolean takeEvent(PullEvent event) {
        if (job == null) {
            sink.accept(new Feed.Event(event));
            return false;
        }
        if (!event.jobId().equals(job)) {
            return false;
        }
        ledger.accept(event);
        sink.accept(new Feed.Event(event));
        return switch (event) {
            case PullEvent.JobRejected rejected when rejected.conflict() -> false;
            case PullEvent.JobRejected rejected -> {
                sink.accept(new Feed.Note("the job was rejected: " + String.join("; ", rejected.reasons())));
                yield true;
            }
            case PullEvent.JobCompleted completed -> {
                noteMessage(completed.message());
                yield true;
            }
            case PullEvent.OfPull _, PullEvent.JobAccepted _, PullEvent.ImageRemoved _, PullEvent.Unknown _ -> false;
        };
    }

    private void noteMessage(@Nullable String message) {
        if (message != null) {
            sink.accept(new Feed.Note(message));
        }
    }
}
