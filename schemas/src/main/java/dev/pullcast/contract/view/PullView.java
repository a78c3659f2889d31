// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one pull is: the sum of its events. Fields mean what they mean in the events.
 *
 * @param notBefore when the next attempt starts, UTC; null unless it is retrying
 * @param arrival how the image came; empty until the pull has succeeded
 * @param startedAt when the engine was first asked, UTC; null before
 * @param updatedAt time of the newest event in it, UTC
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record PullView(
        String job,
        String worker,
        String pull,
        String image,
        String reference,
        @Nullable String platform,
        @Nullable String project,
        State state,
        int attempt,
        double percent,
        long bytesCurrent,
        @Nullable Long bytesTotal,
        int layersDone,
        int layersTotal,
        @Nullable Long bytesPerSecond,
        @Nullable Long etaSeconds,
        List<LayerView> layers,
        @Nullable String digest,
        @Nullable FailureReason reason,
        @Nullable String message,
        @Nullable String hint,
        @Nullable Instant notBefore,
        @JsonUnwrapped Arrival arrival,
        @Nullable Instant startedAt,
        Instant updatedAt) {

    /** Settles what is absent, and rounds the percentage. */
    @SuppressWarnings("NullAway") // Jackson passes null for an absent field
    public PullView {
        percent = OverallProgress.rounded(percent);
        arrival = arrival == null ? Arrival.NONE : arrival;
    }

    /** How an image came; fields as in the {@code pull.succeeded} event. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Arrival(
            @Nullable String previousDigest,
            @Nullable Integer layersCached,
            @Nullable Integer layersDownloaded,
            @Nullable Long queueMillis,
            @Nullable Long downloadMillis,
            @Nullable Long extractMillis) {
        /** Of a pull that has not succeeded. */
        public static final Arrival NONE = new Arrival(null, null, null, null, null, null);

        /** What an event tells. */
        public static Arrival of(PullEvent.Succeeded event) {
            return new Arrival(
                    event.previousDigest(),
                    event.layersCached(),
                    event.layersDownloaded(),
                    event.queueMillis(),
                    event.downloadMillis(),
                    event.extractMillis());
        }
    }

    /** Where a layer is; fields as in the {@code layer} event. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record LayerView(
            String layer,
            LayerPhase phase,
            @Nullable Long current,
            @Nullable Long total,
            @Nullable Long seconds) {}

    /** Where a pull is. */
    public enum State {
        @JsonProperty("pending")
        PENDING,
        @JsonProperty("queued")
        QUEUED,
        @JsonProperty("running")
        RUNNING,
        @JsonProperty("retrying")
        RETRYING,
        /** Not ended, and its worker is not heard of; it goes on when the worker returns. */
        @JsonProperty("lost")
        LOST,
        @JsonProperty("succeeded")
        SUCCEEDED,
        @JsonProperty("skipped")
        SKIPPED,
        @JsonProperty("failed")
        FAILED,
        @JsonProperty("cancelled")
        CANCELLED;

        /** Whether nothing follows. */
        public boolean isTerminal() {
            return compareTo(SUCCEEDED) >= 0;
        }
    }
}
