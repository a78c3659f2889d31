// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.view.OverallProgress;
import dev.pullcast.contract.view.PullView;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One pull as the terminal shows it: the sum of its events.
 *
 * @param key which pull
 * @param image as asked for
 * @param platform null for the engine's own
 * @param status where it is
 * @param progress its newest sum over all layers
 * @param layers by name, of the running attempt, in the order of their first sign
 * @param startedAt first sign of life, UTC; null while nothing was heard
 * @param endedAt time of its terminal event, UTC; null before
 */
public record PullLine(
        Key key,
        String image,
        @Nullable String platform,
        Status status,
        Progress progress,
        Map<String, Layer> layers,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt) {

    /** Which pull within a job. */
    public record Key(String worker, String pull) {}

    /**
     * Where a layer is.
     *
     * @param current bytes so far in this phase; null when the engine does not say
     * @param total bytes in all; null when unknown
     */
    public record Layer(
            LayerPhase phase,
            @Nullable Long current,
            @Nullable Long total) {}

    /**
     * How far.
     *
     * @param percent 0 to 100
     * @param bytesCurrent downloaded so far
     * @param bytesTotal null until known
     * @param layersDone complete or cached
     * @param layersTotal announced so far
     * @param bytesPerSecond null when nothing moves
     * @param etaSeconds null when it cannot be told
     */
    public record Progress(
            double percent,
            long bytesCurrent,
            @Nullable Long bytesTotal,
            int layersDone,
            int layersTotal,
            @Nullable Long bytesPerSecond,
            @Nullable Long etaSeconds) {
        static final Progress NONE = new Progress(0, 0, null, 0, 0, null, null);

        /** The bytes for people: of how many, where that is known. */
        String bytes() {
            if (bytesTotal != null) {
                return Text.bytesOf(bytesCurrent, bytesTotal);
            }
            return bytesCurrent == 0 && layersTotal > 0 ? "unknown" : Text.bytes(bytesCurrent);
        }

        /** The same while nothing moves. */
        Progress standing() {
            return new Progress(percent, bytesCurrent, bytesTotal, layersDone, layersTotal, null, null);
        }

        /** The same at the end of a pull. */
        Progress at(Status end) {
            return switch (end) {
                case Status.Succeeded s -> {
                    Long bytes = s.bytesDownloaded();
                    yield new Progress(
                            100, bytes == null ? bytesCurrent : bytes, bytes, layersDone, layersTotal, null, null);
                }
                case Status.Skipped _ -> standing().withPercent(100);
                case Status.Failed _, Status.Cancelled _ -> standing();
                case Status.Pending _, Status.Queued _, Status.Running _, Status.Retrying _ -> this;
            };
        }

        Progress withPercent(double value) {
            return new Progress(value, bytesCurrent, bytesTotal, layersDone, layersTotal, bytesPerSecond, etaSeconds);
        }
    }

    /** Where a pull is. */
    public sealed interface Status {
        /** Known, but no worker has said anything yet. */
        record Pending() implements Status {}

        /** Taken by its worker, waits for room. */
        record Queued() implements Status {}

        /** The engine works on it. */
        record Running() implements Status {}

        /** Waits for its next attempt, which starts at {@code notBefore} (UTC; null when the source does not say). */
        record Retrying(
                @Nullable FailureReason reason, @Nullable Instant notBefore) implements Status {}

        /** On the engine, brought or confirmed by this pull. */
        record Succeeded(
                @Nullable String digest, @Nullable Long bytesDownloaded, int layersCached, int layersDownloaded)
                implements Status {
            /** The bytes for people; {@code unknown} where no size is known. */
            String downloaded() {
                return bytesDownloaded == null ? "unknown" : Text.bytes(bytesDownloaded);
            }

            /** What it brought, in one sentence. */
            String pulled() {
                return bytesDownloaded == null ? "pulled, size unknown," : "pulled " + Text.bytes(bytesDownloaded);
            }
        }

        /** Was on the engine before. */
        record Skipped(@Nullable String digest) implements Status {}

        /** Not there. */
        record Failed(FailureReason reason, String message, String hint) implements Status {}

        /** Ended by somebody. */
        record Cancelled(String message) implements Status {}
    }

    /** What it adds to the progress of all pulls. */
    OverallProgress.Part part() {
        return OverallProgress.Part.of(state(), progress.percent(), progress.bytesCurrent(), progress.bytesTotal());
    }

    private PullView.State state() {
        return switch (status) {
            case Status.Pending _ -> PullView.State.PENDING;
            case Status.Queued _ -> PullView.State.QUEUED;
            case Status.Running _ -> PullView.State.RUNNING;
            case Status.Retrying _ -> PullView.State.RETRYING;
            case Status.Succeeded _ -> PullView.State.SUCCEEDED;
            case Status.Skipped _ -> PullView.State.SKIPPED;
            case Status.Failed _ -> PullView.State.FAILED;
            case Status.Cancelled _ -> PullView.State.CANCELLED;
        };
    }

    /** The same with another status. */
    public PullLine withStatus(Status other) {
        return new PullLine(key, image, platform, other, progress, layers, startedAt, endedAt);
    }

    /** Whether nothing follows. */
    public boolean isDone() {
        return switch (status) {
            case Status.Succeeded _, Status.Skipped _, Status.Failed _, Status.Cancelled _ -> true;
            case Status.Pending _, Status.Queued _, Status.Running _, Status.Retrying _ -> false;
        };
    }

    /** Whether the image is on the engine. */
    public boolean isPresent() {
        return switch (status) {
            case Status.Succeeded _, Status.Skipped _ -> true;
            case Status.Failed _, Status.Cancelled _ -> false;
            case Status.Pending _, Status.Queued _, Status.Running _, Status.Retrying _ -> false;
        };
    }

    /** What the image is on its engine; null if it is not there, or the engine does not know. */
    public @Nullable String digest() {
        return switch (status) {
            case Status.Succeeded s -> s.digest();
            case Status.Skipped s -> s.digest();
            case Status.Failed _, Status.Cancelled _ -> null;
            case Status.Pending _, Status.Queued _, Status.Running _, Status.Retrying _ -> null;
        };
    }

    /** Whether all bytes are there and what is left is unpacking. */
    boolean isExtracting() {
        return layers.values().stream().anyMatch(layer -> layer.phase() == LayerPhase.EXTRACTING)
                && layers.values().stream().allMatch(layer -> layer.phase().hasAllBytes());
    }
}
