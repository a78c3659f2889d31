// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.local;

import dev.pullcast.cli.client.EngineImages;
import dev.pullcast.cli.local.LocalEvents.Pull;
import dev.pullcast.cli.local.Wanted.When;
import dev.pullcast.cli.render.Board;
import dev.pullcast.cli.render.Display;
import dev.pullcast.cli.render.Show;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.ImageReference.InvalidReference;
import dev.pullcast.contract.image.Platform;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.worker.engine.EngineAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Has images on one engine, and shows how they come. What is there already is known from one request to the engine;
 * only where something is left to pull the worker's code is loaded. Owned by one thread, but for {@link #cancel}.
 */
public final class LocalPull {
    private static final int ITEMS_BEFORE_PROGRESS_IS_LEFT_OUT = 10_000;
    private static final String FAIL_FAST = "another pull failed, and --fail-fast was asked for";

    private final Request request;
    private final @Nullable String host;
    private final Map<String, String> environment;
    private final InstantSource clock;
    private final LocalEvents events;
    private final FeedQueue feed;
    private final Map<String, PullEvent.JobPull> shown = new LinkedHashMap<>();
    private volatile @Nullable PullSession session;

    /**
     * What to do.
     *
     * @param images equal ones are pulled once
     * @param onlyMissing whether images that are there are left out altogether
     * @param how to pull the others
     */
    public record Request(List<Wanted> images, boolean onlyMissing, How how) {}

    /**
     * How to pull.
     *
     * @param parallelism pulls at once, at least 1
     * @param retries per pull; null for the worker's default
     * @param timeout per attempt; null for the worker's default
     * @param failFast whether the first failure ends the other pulls
     */
    public record How(
            int parallelism,
            @Nullable Integer retries,
            @Nullable Duration timeout,
            boolean failFast) {}

    /**
     * Prepares.
     *
     * @param host the engine, in the forms of {@code DOCKER_HOST}; null for what the environment says
     * @param environment of the process
     */
    public LocalPull(Request request, @Nullable String host, Map<String, String> environment, InstantSource clock) {
        this.request = request;
        this.host = host;
        this.environment = environment;
        this.clock = clock;
        this.events = new LocalEvents(clock);
        this.feed = new FeedQueue(ITEMS_BEFORE_PROGRESS_IS_LEFT_OUT, () -> {
            if (request.how().failFast()) {
                cancel(FAIL_FAST);
            }
        });
    }

    /**
     * Blocks until every pull has ended.
     *
     * @throws IllegalArgumentException for an engine's address or a platform that cannot be understood
     * @throws EngineCheck.EngineUnavailable if the engine does not answer
     * @throws InterruptedException if the thread was interrupted
     */
    public Show.Result run(Display display, Board board) throws EngineCheck.EngineUnavailable, InterruptedException {
        EngineAddress.of(host, environment);
        Map<String, Pull> open = plan();
        settleByOneLook(open);
        // Shown in the order in which they were asked for, whichever is decided first.
        board.expect(List.of(LocalEvents.WORKER), List.copyOf(shown.values()));
        if (request.how().failFast() && feed.hasFailure()) {
            open.values().forEach(pull -> feed.publish(events.cancelled(pull, FAIL_FAST), 0));
            open.clear();
        }
        if (open.isEmpty()) {
            feed.end();
            return Show.run(feed.queue(), display, clock, board);
        }
        try (PullSession opened = PullSession.open(host, environment, clock)) {
            opened.start(open.values(), request.how(), events, feed);
            session = opened;
            return Show.run(feed.queue(), display, clock, board);
        } finally {
            session = null;
        }
    }

    /** Ends what runs, from any thread; whether there was anything. */
    public boolean cancel(String why) {
        PullSession running = session;
        if (running != null) {
            running.cancel(why);
        }
        return running != null;
    }

    /** Equal pulls once; what is no reference fails at once and does not stop the others. */
    private Map<String, Pull> plan() {
        Map<String, Pull> pulls = new LinkedHashMap<>();
        for (Wanted wanted : request.images()) {
            if (wanted.platform() != null) {
                Platform.parse(wanted.platform());
            }
            try {
                ImageReference reference = ImageReference.parse(wanted.image());
                String id = PullId.of(reference.canonical(), wanted.platform());
                pulls.putIfAbsent(id, new Pull(id, wanted, reference));
                show(wanted, reference.canonical());
            } catch (InvalidReference e) {
                show(wanted, wanted.image());
                feed.publish(events.invalid(wanted, String.valueOf(e.getMessage())), 0);
            }
        }
        return pulls;
    }

    private void show(Wanted wanted, String reference) {
        String id = PullId.of(reference, wanted.platform());
        shown.putIfAbsent(id, new PullEvent.JobPull(id, wanted.image(), reference, wanted.platform()));
    }

    /** Takes out what one list of the engine's images decides. An engine that gives none is asked image by image. */
    private void settleByOneLook(Map<String, Pull> open) {
        boolean needed = request.onlyMissing()
                || open.values().stream().anyMatch(pull -> pull.wanted().when() != When.ALWAYS);
        if (!needed) {
            return;
        }
        EngineImages images;
        try {
            images = LocalEngine.images(host, environment);
        } catch (EngineCheck.EngineUnavailable e) {
            return; // whoever asks next finds another way, or tells it
        }
        open.values().removeIf(pull -> isSettled(pull, images));
    }

    private boolean isSettled(Pull pull, EngineImages images) {
        if (pull.wanted().platform() != null) {
            return false; // the list does not tell platforms
        }
        Optional<EngineImages.Image> found = images.find(pull.reference());
        if (found.isPresent() && request.onlyMissing()) {
            shown.remove(pull.id());
            return true;
        }
        if (pull.wanted().when() == When.ALWAYS
                || (found.isEmpty() && pull.wanted().when() == When.MISSING)) {
            return false;
        }
        feed.publish(events.queued(pull), 0);
        feed.publish(
                found.isPresent()
                        ? events.skipped(pull, found.get().digestOf(pull.reference()))
                        : events.neverPulled(pull),
                0);
        return true;
    }
}
