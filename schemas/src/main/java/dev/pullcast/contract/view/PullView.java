// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.LayerPhase;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one pull is: the sum of its events. Fields mean what they mean in the events.
 *
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
        @Nullable Instant startedAt,
        Instant updatedAt) {

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
