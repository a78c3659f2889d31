// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Fingerprints of jobs: whether a repeated id, or a repeated request, asks for the same. */
public final class JobContent {
    private static final JsonMapper SORTED = ContractJson.mapper()
            .rebuild()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    private static final int BYTES = 16;
    private static final Credentials SOME_LOGIN = new Credentials(null, "");

    private JobContent() {}

    /**
     * 32 hex digits, equal for equal jobs however their JSON is laid out. What is sealed does not count: the same login
     * sealed twice is not the same text, and a fingerprint of the login itself could be guessed at.
     */
    public static String fingerprint(PullJob job) {
        return fingerprint(SORTED.writeValueAsBytes(new PullJob(
                job.id(),
                job.images().stream()
                        .map(image -> new ImageRequest(
                                image.image(), image.platform(), image.project(), withoutSeal(image.credentials())))
                        .toList(),
                job.pullPolicy(),
                job.target(),
                job.parallelism(),
                job.backoffLimit(),
                job.timeoutSeconds(),
                job.activeDeadlineSeconds(),
                job.rollout(),
                job.keeping(),
                job.imagePull(),
                withoutSeal(job.credentials()),
                job.project(),
                job.labels())));
    }

    /** 32 hex digits, equal for equal bytes. */
    public static String fingerprint(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(hash, 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static @Nullable Credentials withoutSeal(@Nullable Credentials credentials) {
        return credentials == null || credentials.sealed() == null ? credentials : SOME_LOGIN;
    }
}
