// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.text.VisibleText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Plays a feed of everything behind a gateway until it ends. Called by one thread, which owns the fleet. */
public final class FleetDisplay {
    private final Fleet fleet = new Fleet();
    private final Terminal terminal;
    private final Display.Output output;
    private final boolean layers;
    private final @Nullable Canvas canvas;

    /**
     * For a terminal.
     *
     * @param layers whether layers of running pulls get lines of their own where there is room
     */
    public FleetDisplay(Display.Output output, Terminal terminal, boolean layers) {
        this.terminal = terminal;
        this.output = output;
        this.layers = layers;
        this.canvas = output == Display.Output.AUTO && terminal.live() ? new Canvas(terminal) : null;
    }

    /**
     * Blocks until {@link Feed.End}.
     *
     * @return why it ended; null if nobody says
     * @throws InterruptedException if the thread was
     */
    public @Nullable String run(BlockingQueue<Feed> feed, InstantSource clock) throws InterruptedException {
        try {
            while (true) {
                switch (feed.poll(Display.TICK_MILLIS, TimeUnit.MILLISECONDS)) {
                    case Feed.All all -> fleet.accept(all.snapshot());
                    case Feed.Worker worker -> fleet.accept(worker.worker());
                    case Feed.Event e -> {
                        fleet.accept(e.event());
                        tell(e.event());
                    }
                    case Feed.State _ -> {}
                    case Feed.Note note -> note(note.text());
                    case Feed.End end -> {
                        return end.problem();
                    }
                    case null -> {}
                }
                draw(clock.instant());
            }
        } finally {
            if (canvas != null) {
                canvas.end(FleetFrame.of(fleet, screen(terminal.size().get()), clock.instant()));
            }
        }
    }

    private void draw(Instant now) {
        if (canvas != null) {
            canvas.draw(now, size -> FleetFrame.of(fleet, screen(size), now));
        }
    }

    private Screen screen(Size size) {
        return new Screen(size, terminal.look(), layers);
    }

    private void note(String text) {
        if (canvas != null) {
            canvas.print(Text.oneLine(text));
        } else {
            terminal.err().println(text);
            terminal.err().flush();
        }
    }

    private void tell(PullEvent event) {
        if (canvas != null) {
            return;
        }
        String line = output == Display.Output.JSON
                ? VisibleText.escapedJson(new String(ContractJson.write(event), StandardCharsets.UTF_8))
                : textOf(event, output == Display.Output.QUIET);
        if (line != null) {
            terminal.out().println(line);
            terminal.out().flush();
        }
    }

    /** Ends and beginnings only: nobody reads the bytes of a whole fleet in lines. */
    private static @Nullable String textOf(PullEvent event, boolean failuresOnly) {
        String text = switch (event) {
            case PullEvent.Failed f -> of(f, "failed: " + f.reason().wireName() + ": " + f.message());
            case PullEvent.JobRejected r -> r.job() + ": rejected: " + String.join("; ", r.reasons());
            case PullEvent.Started s when !failuresOnly -> of(s, "pulling");
            case PullEvent.Succeeded s
            when !failuresOnly ->
                of(
                        s,
                        s.bytesDownloaded() == null
                                ? "pulled, size unknown"
                                : "pulled " + Text.bytes(s.bytesDownloaded()));
            case PullEvent.Skipped s when !failuresOnly -> of(s, "already present");
            case PullEvent.Cancelled c when !failuresOnly -> of(c, "cancelled: " + c.message());
            case PullEvent.Retrying r
            when !failuresOnly -> of(r, "failed for now: " + r.reason().wireName());
            case PullEvent.JobAccepted a
            when !failuresOnly -> a.job() + ": " + a.pulls().size() + " images for " + String.join(", ", a.workers());
            case PullEvent.JobCompleted c
            when !failuresOnly ->
                c.job() + ": ended, " + (c.succeeded() + c.skipped()) + " there, " + c.failed() + " failed";
            case PullEvent.ImageRemoved r
            when !failuresOnly -> r.reference() + " on " + r.worker() + ": removed with the set " + r.job();
            case PullEvent.OfPull _, PullEvent.OfJob _, PullEvent.ImageRemoved _, PullEvent.Unknown _ -> null;
        };
        return text == null ? null : Text.oneLine(text);
    }

    private static String of(PullEvent.OfPull event, String what) {
        return String.join(
                " ",
                List.of(event.jobId(), event.origin().worker(), event.origin().image() + ":", what));
    }
}
