// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.engine.RegistryAuth;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Every login that a worker has, for the projects that own it. What a job names or carries is used alone; without that,
 * the mounted pull secrets that match come first, as with the kubelet, and behind them the one login that the docker
 * command line would use.
 */
public final class WorkerKeyring implements Keyring {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerKeyring.class);

    private final Vertx vertx;
    private final CredentialSettings settings;
    private final Path dockerConfig;
    private final AuthVariable variable;
    private final HelperPrograms helpers;
    private final InstantSource clock = InstantSource.system();

    WorkerKeyring(Vertx vertx, CredentialSettings settings, Map<String, String> environment, HelperPrograms helpers) {
        this.vertx = vertx;
        this.settings = settings;
        this.dockerConfig = dockerConfigIn(environment);
        this.variable = AuthVariable.of(environment);
        this.helpers = helpers;
    }

    /**
     * A keyring that reads nothing yet.
     *
     * @param environment for {@code DOCKER_CONFIG}, {@code DOCKER_AUTH_CONFIG}, {@code HOME}, and {@code PATH}, where
     *     credential helpers are looked for
     */
    public static WorkerKeyring of(Vertx vertx, CredentialSettings settings, Map<String, String> environment) {
        // They may come later, as mounted secrets do, but a typing error should not stay unseen until a pull fails.
        warnIfMissing(settings.folder());
        warnIfMissing(settings.keys());
        settings.pullSecrets().forEach(WorkerKeyring::warnIfMissing);
        return new WorkerKeyring(vertx, settings, environment, HelperPrograms.on(environment));
    }

    private static void warnIfMissing(@Nullable Path path) {
        if (path != null && Files.notExists(path)) {
            LOG.warn("there are no credentials at {} yet", path);
        }
    }

    private static Path dockerConfigIn(Map<String, String> environment) {
        String folder = environment.getOrDefault("DOCKER_CONFIG", "");
        if (!folder.isEmpty()) {
            return Path.of(folder, "config.json");
        }
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home", ".") : home, ".docker", "config.json");
    }

    @Override
    public Future<List<RegistryAuth>> find(Wanted wanted) {
        Context context = vertx.getOrCreateContext();
        Promise<List<RegistryAuth>> promise = Promise.promise();
        // A thread of its own: a helper may take half a minute, and the worker pool is for everybody.
        Thread.ofVirtual().name("registry-login").start(() -> {
            try {
                List<RegistryAuth> found = lookUp(wanted);
                context.runOnContext(_ -> promise.tryComplete(found));
            } catch (RuntimeException | Error e) {
                context.runOnContext(_ -> promise.tryFail(e));
            }
        });
        return promise.future();
    }

    private List<RegistryAuth> lookUp(Wanted wanted) {
        Credentials credentials = wanted.credentials();
        if (credentials != null && credentials.name() != null) {
            return NamedCredentials.find(settings, credentials.name(), wanted, helpers);
        }
        if (credentials != null && credentials.sealed() != null) {
            return SealedCredentials.open(settings.keys(), credentials.sealed(), wanted, clock.instant());
        }
        LinkedHashSet<RegistryAuth> found = new LinkedHashSet<>(
                PullSecrets.find(settings.pullSecrets(), settings.owners().pullSecrets(), wanted));
        if (settings.owners().docker().include(wanted.project())) {
            RegistryAuth docker = dockersOwn(Registry.key(wanted.reference().domain()));
            if (docker != null) {
                found.add(docker);
            }
        }
        return new ArrayList<>(found);
    }

    private @Nullable RegistryAuth dockersOwn(String key) {
        RegistryAuth fromVariable = variable.find(key);
        if (fromVariable != null) {
            return fromVariable;
        }
        JsonNode config = ConfigFile.read(dockerConfig);
        return DockerConfig.resolve(
                config == null ? ContractJson.mapper().createObjectNode() : config,
                key,
                dockerConfig.toString(),
                helpers);
    }
}
