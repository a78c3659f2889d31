// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.sizes;

import com.google.api.client.http.HttpResponseException;
import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryUnauthorizedException;
import com.google.cloud.tools.jib.event.EventHandlers;
import com.google.cloud.tools.jib.http.FailoverHttpClient;
import com.google.cloud.tools.jib.http.ResponseException;
import com.google.cloud.tools.jib.image.json.BuildableManifestTemplate;
import com.google.cloud.tools.jib.image.json.BuildableManifestTemplate.ContentDescriptorTemplate;
import com.google.cloud.tools.jib.image.json.ManifestListTemplate;
import com.google.cloud.tools.jib.image.json.ManifestTemplate;
import com.google.cloud.tools.jib.registry.RegistryClient;
import dev.pullcast.contract.image.Platform;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.progress.ExpectedSizes;
import dev.pullcast.worker.sizes.LayerSizes.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads one image's manifest with Jib's registry client, which knows Docker's and OCI's manifests, basic and token
 * logins with identity tokens, and how Docker falls back for insecure registries. Blocks; for threads that may. Whoever
 * asks only wants to show sizes, so every failure is an {@link Answer.Unknown}. Messages of the library are not passed
 * on: some of them hold tokens.
 */
final class ManifestReader {
    private static final int UNAUTHORIZED = 401;
    private static final int TOO_MANY_REQUESTS = 429;

    /** Its HTTP libraries tell of every broken connection; held here, because the logging keeps only weak references. */
    private static final List<Logger> QUIET =
            List.of(Logger.getLogger("com.google.api.client"), Logger.getLogger("org.apache.http"));

    static {
        QUIET.forEach(logger -> logger.setLevel(Level.OFF));
    }

    private ManifestReader() {}

    /**
     * What to read, and where.
     *
     * @param server {@code host[:port]} of the registry's API
     * @param repository without the registry
     * @param tagOrDigest of the image or of its index
     * @param platform to choose from an index
     * @param auth null for none
     * @param insecure true to accept any certificate and plain HTTP, as the engine does for this registry
     */
    record Wanted(
            String server,
            String repository,
            String tagOrDigest,
            Platform platform,
            @Nullable RegistryAuth auth,
            boolean insecure) {}

    static Answer read(Wanted wanted) {
        Credential login = credential(wanted.auth());
        if (wanted.auth() != null && login == null) {
            return new Answer.Unknown("the login is of a kind that only the engine can use");
        }
        FailoverHttpClient http = new FailoverHttpClient(wanted.insecure(), wanted.insecure(), _ -> {});
        try {
            RegistryClient.Factory factory =
                    RegistryClient.factory(EventHandlers.NONE, wanted.server(), wanted.repository(), http);
            if (login != null) {
                factory.setCredential(login);
            }
            return read(factory.setUserAgent("pullcast").newRegistryClient(), wanted, login != null);
        } catch (IOException | RegistryException e) {
            return ofFailure(e);
        } finally {
            close(http);
        }
    }

    private static @Nullable Credential credential(@Nullable RegistryAuth auth) {
        if (auth == null || auth.registryToken() != null) {
            return null;
        }
        if (auth.identityToken() != null && !auth.identityToken().isEmpty()) {
            return Credential.from(Credential.OAUTH2_TOKEN_USER_NAME, auth.identityToken());
        }
        return auth.username() == null || auth.password() == null
                ? null
                : Credential.from(auth.username(), auth.password());
    }

    private static Answer read(RegistryClient registry, Wanted wanted, boolean withLogin)
            throws IOException, RegistryException {
        ManifestTemplate manifest = first(registry, wanted.tagOrDigest(), withLogin);
        if (manifest instanceof ManifestListTemplate index) {
            List<String> digests = index.getDigestsForPlatform(
                    wanted.platform().architecture(), wanted.platform().os());
            if (digests.size() != 1) {
                return new Answer.Unknown(
                        "the index has " + digests.size() + " manifests for " + wanted.platform() + ", not one");
            }
            manifest = registry.pullManifest(digests.getFirst()).getManifest();
        }
        return manifest instanceof BuildableManifestTemplate image
                ? sizes(image)
                : new Answer.Unknown("the manifest is a " + manifest.getManifestMediaType());
    }

    /** Asks without a login; how to log in is what the registry answers then. */
    private static ManifestTemplate first(RegistryClient registry, String tagOrDigest, boolean withLogin)
            throws IOException, RegistryException {
        try {
            return registry.pullManifest(tagOrDigest).getManifest();
        } catch (RegistryUnauthorizedException e) {
            HttpResponseException refused = e.getHttpResponseException();
            String challenge = refused.getHeaders().getAuthenticate();
            boolean canAnswer = challenge != null
                    && (withLogin || challenge.regionMatches(true, 0, "Bearer", 0, "Bearer".length()));
            if (refused.getStatusCode() != UNAUTHORIZED || !canAnswer) {
                throw e;
            }
            registry.authPullByWwwAuthenticate(challenge);
            return registry.pullManifest(tagOrDigest).getManifest();
        }
    }

    private static Answer sizes(BuildableManifestTemplate image) {
        ContentDescriptorTemplate config = image.getContainerConfiguration();
        if (config == null || config.getDigest() == null) {
            return new Answer.Unknown("the manifest has no configuration");
        }
        Map<String, Long> layers = new LinkedHashMap<>();
        for (ContentDescriptorTemplate layer : image.getLayers()) {
            if (layer.getDigest() == null || layer.getSize() < 0) {
                return new Answer.Unknown("a layer has no digest or no size");
            }
            layers.put(layer.getDigest().toString(), layer.getSize());
        }
        return new Answer.Known(
                ExpectedSizes.ofDigests(layers, config.getDigest().toString()));
    }

    private static Answer ofFailure(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ResponseException answered) {
                return answered.getStatusCode() == TOO_MANY_REQUESTS
                        ? new Answer.Limited(seconds(answered.getHeaders().getRetryAfter()))
                        : new Answer.Unknown("the registry answered HTTP " + answered.getStatusCode());
            }
        }
        return new Answer.Unknown(failure.getClass().getSimpleName());
    }

    /** The other form, a date, is not used by registries. */
    private static @Nullable Duration seconds(@Nullable String retryAfter) {
        return retryAfter != null && retryAfter.strip().matches("\\d{1,6}")
                ? Duration.ofSeconds(Long.parseLong(retryAfter.strip()))
                : null;
    }

    private static void close(FailoverHttpClient http) {
        try {
            http.shutDown();
        } catch (IOException e) {
            // The answer is here; what the connection does now is of no interest.
        }
    }
}
