// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job takes over from {@code spec.imagePull} of a Clabernetes topology (github.com/srl-labs/clabernetes,
 * {@code apis/v1alpha1/topologyspec.go}). Its fields stand in the job's own JSON object. What no worker can honour yet is
 * rejected by name, so in an accepted job it is empty.
 *
 * @param pullThrough {@code pullThroughOverride}; default {@code auto}
 * @param pullSecrets names of logins that workers hold, as Kubernetes names pull secrets: at most one for now; for
 *     images where neither they nor the job name credentials
 * @param insecureRegistries hosts to be spoken to without TLS: rejected, an engine's own settings decide
 * @param dockerConfig a secret with a {@code config.json}: rejected until workers read a cluster's secrets
 */
public record ImagePull(
        PullThrough pullThrough,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> pullSecrets,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> insecureRegistries,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String dockerConfig) {
    /** Nothing special. */
    public static final ImagePull USUAL = new ImagePull(PullThrough.AUTO, List.of(), List.of(), null);

    /** Settles absent fields. */
    @SuppressWarnings("NullAway") // Jackson passes null for an absent field
    public ImagePull {
        pullThrough = pullThrough == null ? PullThrough.AUTO : pullThrough;
        pullSecrets = pullSecrets == null ? List.of() : List.copyOf(pullSecrets);
        insecureRegistries = insecureRegistries == null ? List.of() : List.copyOf(insecureRegistries);
    }
}
