// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.worker.engine.Keyring;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One image of one job, for this worker.
 *
 * @param job its id
 * @param pull {@link dev.pullcast.contract.job.PullId} within the job
 * @param image as asked for
 * @param reference canonical
 * @param platform null for the engine's own
 * @param project whom it belongs to, or null
 * @param credentials to use; null for what the worker finds
 * @param policy when to ask the registry
 * @param backoffLimit retries; null for the worker's own
 * @param timeout per attempt; null for the worker's own
 * @param parallelism pulls of this job at once; null for the worker's own bound
 * @param deadline when the job is closed, UTC
 * @param partition of the job, where its events go
 * @param set the standing set that the job is, or was made for; null for none
 */
public record PullSpec(
        String job,
        String pull,
        String image,
        ImageReference reference,
        @Nullable String platform,
        @Nullable String project,
        @Nullable Credentials credentials,
        PullPolicy policy,
        @Nullable Integer backoffLimit,
        @Nullable Duration timeout,
        @Nullable Integer parallelism,
        Instant deadline,
        int partition,
        @Nullable String set) {

    /** Of no standing set. */
    // One parameter for each field.
    public PullSpec(
            String job,
            String pull,
            String image,
            ImageReference reference,
            @Nullable String platform,
            @Nullable String project,
            @Nullable Credentials credentials,
            PullPolicy policy,
            @Nullable Integer backoffLimit,
            @Nullable Duration timeout,
            @Nullable Integer parallelism,
            Instant deadline,
            int partition) {
        this(
                job,
                pull,
                image,
                reference,
                platform,
                project,
                credentials,
                policy,
                backoffLimit,
                timeout,
                parallelism,
                deadline,
                partition,
                null);
    }

    /** What makes pulls equal: they share one engine call. Logins depend on the project, so it is a part of it. */
    public Key key() {
        return new Key(reference.canonical(), platform, project, credentials, policy);
    }

    /** What decides which logins it may use. */
    Keyring.Wanted wantedLogin() {
        return new Keyring.Wanted(reference, credentials, project, job, set);
    }

    /** Equal keys are one pull of the engine. */
    public record Key(
            String reference,
            @Nullable String platform,
            @Nullable String project,
            @Nullable Credentials credentials,
            PullPolicy policy) {}
}
