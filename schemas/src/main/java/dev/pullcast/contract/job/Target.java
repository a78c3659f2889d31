// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which workers a job is for.
 *
 * @param mode all that match, or any one of them
 * @param workers ids; empty for no restriction
 * @param labels that a worker must have, all of them; empty for no restriction
 * @param selector conditions on its labels; null for no restriction
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Target(
        Mode mode,
        List<String> workers,
        Map<String, String> labels,
        @Nullable LabelSelector selector) {
    /** All workers. */
    public static final Target EVERYBODY = new Target(Mode.ALL, List.of(), Map.of());

    /** Without a selector. */
    public Target(Mode mode, List<String> workers, Map<String, String> labels) {
        this(mode, workers, labels, null);
    }

    /** Settles absent fields. */
    @SuppressWarnings("NullAway") // Jackson passes null for an absent field
    public Target {
        mode = mode == null ? Mode.ALL : mode;
        workers = workers == null ? List.of() : List.copyOf(workers);
        labels = labels == null ? Map.of() : Map.copyOf(labels);
    }

    /** Whether a worker with this id and these labels is meant. */
    public boolean matches(String worker, Map<String, String> workerLabels) {
        return (workers.isEmpty() || workers.contains(worker))
                && workerLabels.entrySet().containsAll(labels.entrySet())
                && (selector == null || selector.matches(workerLabels));
    }

    /** How many of the matching workers. */
    public enum Mode {
        @JsonProperty("all")
        ALL,
        @JsonProperty("any")
        ANY
    }
}
