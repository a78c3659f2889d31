// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealedFor;
import dev.pullcast.contract.sealed.SealingException;
import dev.pullcast.contract.sealed.SealingKeys;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.engine.RegistryAuth;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Credentials that a job carries, sealed for the workers: for one registry, job, project and image, and for a time. Copied
 * into another job they are refused, so that nothing is won by reading {@code pull.jobs}.
 */
final class SealedCredentials {
    private static final Logger LOG = LoggerFactory.getLogger(SealedCredentials.class);

    private SealedCredentials() {}

    /**
     * Opens them. Blocks.
     *
     * @param keys the file of keys, read anew; null if this worker has none
     * @throws EngineException if they cannot be opened, are for another use, or have expired
     */
    static List<RegistryAuth> open(@Nullable Path keys, String sealed, Keyring.Wanted wanted, Instant now) {
        if (keys == null) {
            throw Failures.auth("the job has sealed credentials, and this worker has no keys to open them"
                    + " (setting credentials.keys)");
        }
        SealingKeys held;
        try {
            held = SealingKeys.read(keys);
        } catch (SealingException e) { // which names a file of this machine
            LOG.warn("sealed credentials of job {} cannot be opened: {}", wanted.job(), e.getMessage());
            throw Failures.auth("this worker cannot read its sealing keys; its log has the reason");
        }
        SealingKeys.Opened opened;
        try {
            opened = held.open(sealed);
        } catch (SealingException e) {
            throw Failures.auth(String.valueOf(e.getMessage()));
        }
        String problem = problemWith(opened, wanted, now);
        if (problem != null) {
            LOG.warn("refused the sealed credentials of job {}: {}", wanted.job(), problem);
            throw Failures.auth(
                    "the sealed credentials are for another registry, job, project or image, or have expired;"
                            + " send the job with its login again");
        }
        RegistryLogin login = opened.login();
        return List.of(new RegistryAuth(
                login.username(),
                login.password(),
                Registry.key(wanted.reference().domain()),
                LoginEntry.blankToNull(login.identityToken()),
                LoginEntry.blankToNull(login.registryToken())));
    }

    private static @Nullable String problemWith(SealingKeys.Opened opened, Keyring.Wanted wanted, Instant now) {
        SealedFor use = opened.use();
        String registry = Registry.domain(String.valueOf(opened.login().serverAddress()));
        String job = String.valueOf(use.job());
        if (!registry.equals(wanted.reference().domain())) {
            return "they are for the registry " + registry;
        }
        if (!job.equals(wanted.job()) && !job.equals(wanted.set())) {
            return "they are for the job " + job;
        }
        if (!Objects.equals(use.project(), wanted.project())) {
            return "they are for " + (use.project() == null ? "no project" : "project " + use.project());
        }
        if (!isImage(String.valueOf(use.image()), wanted.reference())) {
            return "they are for the image " + use.image();
        }
        return now.getEpochSecond() >= use.expires() ? "they have expired" : null;
    }

    private static boolean isImage(String claimed, ImageReference reference) {
        try {
            return ImageReference.parse(claimed).canonical().equals(reference.canonical());
        } catch (ImageReference.InvalidReference e) {
            return false;
        }
    }
}
