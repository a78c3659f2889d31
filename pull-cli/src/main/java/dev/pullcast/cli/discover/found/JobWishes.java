// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a source wants of the job that pulls its images: Clabernetes' {@code imagePull}. Fields of the same names in
 * {@link dev.pullcast.contract.job.PullJob}.
 *
 * @param pullThrough {@code auto}, {@code always} or {@code never}; null where nothing was said
 * @param pullSecrets names of Kubernetes secrets
 * @param insecureRegistries hosts that are spoken to without TLS
 * @param dockerConfig name of a Kubernetes secret that holds a {@code config.json}, or null
 */
public record JobWishes(
        @Nullable String pullThrough,
        List<String> pullSecrets,
        List<String> insecureRegistries,
        @Nullable String dockerConfig) {
    /** Nothing. */
    public static final JobWishes NONE = new JobWishes(null, List.of(), List.of(), null);

    /** Copies the lists. */
    public JobWishes {
        pullSecrets = List.copyOf(pullSecrets);
        insecureRegistries = List.copyOf(insecureRegistries);
    }

    /** Both; where only one can be had, the later. */
    JobWishes and(JobWishes later) {
        return new JobWishes(
                later.pullThrough == null ? pullThrough : later.pullThrough,
                union(pullSecrets, later.pullSecrets),
                union(insecureRegistries, later.insecureRegistries),
                later.dockerConfig == null ? dockerConfig : later.dockerConfig);
    }

    private static List<String> union(List<String> one, List<String> other) {
        LinkedHashSet<String> all = new LinkedHashSet<>(one);
        all.addAll(other);
        return List.copyOf(all);
    }
}
