// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealedFor;
import dev.pullcast.contract.sealed.SealingKeys;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.worker.credentials.CredentialSettings;
import dev.pullcast.worker.credentials.WorkerKeyring;
import dev.pullcast.worker.engine.DockerEngine;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.engine.NativeTransport;
import dev.pullcast.worker.intake.PullSlots;
import dev.pullcast.worker.pull.PullReporter;
import dev.pullcast.worker.pull.PullRun;
import dev.pullcast.worker.pull.PullSettings;
import dev.pullcast.worker.pull.PullSpec;
import dev.pullcast.worker.pull.Timers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Every way to a login, on a real engine with a registry that asks for one. */
class RegistryLoginIT {
    private static final String USER = "puller";
    private static final String PASSWORD = "s3cret:with:colons";

    private static final String WRONG = "last-years-password";

    @RegisterExtension
    static final DevEngine ENGINE = DevEngine.withLogin(USER, PASSWORD);

    private final Vertx vertx = NativeTransport.vertx(new VertxOptions());
    private final DockerEngine client = DockerEngine.at(vertx, new EngineAddress.Socket(ENGINE.socket()));
    private final List<PullEvent.OfPull> events = new CopyOnWriteArrayList<>();

    @TempDir
    Path root;

    private @Nullable PullSlots slots;

    @BeforeEach
    void makeWorker() throws Exception {
        Files.createDirectory(root.resolve("names"));
        Files.createDirectory(root.resolve("secret"));
        Files.writeString(root.resolve("keys"), "k1:" + "A".repeat(43) + "\n");
        WorkerKeyring keyring = WorkerKeyring.of(
                vertx,
                new CredentialSettings(root.resolve("names"), List.of(root.resolve("secret")), root.resolve("keys")),
                Map.of("DOCKER_CONFIG", root.toString(), "PATH", root.toString()));
        slots = new PullSlots(
                new PullRun.Parts(
                        client,
                        keyring,
                        Timers.of(vertx, InstantSource.system()),
                        RandomGenerator.getDefault(),
                        PullSettings.DEFAULT),
                new PullReporter.Identity("w1", "i1"),
                (event, _) -> {
                    events.add(event);
                    return Future.succeededFuture();
                });
        ENGINE.seed("login/app:1", "--layers", "1", "--size", "64K");
        ENGINE.tryDocker("image", "rm", "--force", ENGINE.image("login/app:1"));
    }

    @AfterEach
    void close() throws Exception {
        await(client.close());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private String pull(@Nullable Credentials credentials) throws Exception {
        ImageReference reference = ImageReference.parse(ENGINE.image("login/app:1"));
        PullSpec spec = new PullSpec(
                "job",
                PullId.of(reference.canonical(), null),
                reference.canonical(),
                reference,
                null,
                null,
                credentials,
                PullPolicy.ALWAYS,
                null,
                null,
                null,
                Instant.now().plus(Duration.ofMinutes(10)),
                0);
        Promise<PullEvent.OfPull> end = Promise.promise();
        PullSlots own = slots;
        if (own == null) {
            throw new IllegalStateException("no worker");
        }
        vertx.runOnContext(_ -> own.submit(spec).ended().onComplete(end));
        PullEvent.OfPull last = await(end.future());
        for (PullEvent.OfPull event :
                Stream.concat(events.stream(), Stream.of(last)).toList()) {
            assertThat(new String(ContractJson.write(event), StandardCharsets.UTF_8))
                    .doesNotContain(PASSWORD, WRONG);
        }
        return last instanceof PullEvent.Failed failed ? failed.reason().toString() : last.type();
    }

    private void login(Path file, String user, String password) throws Exception {
        Files.write(
                file,
                ContractJson.write(
                        Map.of("auths", Map.of(ENGINE.registry(), Map.of("username", user, "password", password)))));
    }

    @Test
    void withoutALoginIsRefused() throws Exception {
        assertThat(pull(null)).isEqualTo(FailureReason.AUTH.toString());
    }

    @Test
    void aWrongPasswordIsRefusedAndTheRightOneIsUsedOnceItIsThere() throws Exception {
        login(root.resolve("config.json"), USER, WRONG);
        assertThat(pull(null)).isEqualTo(FailureReason.AUTH.toString());
        login(root.resolve("config.json"), USER, PASSWORD);
        assertThat(pull(null)).isEqualTo("pull.succeeded");
    }

    @Test
    void aHelperIsAsked() throws Exception {
        Path helper = root.resolve("docker-credential-test");
        Files.writeString(
                helper, "#!/bin/sh\necho '{\"Username\":\"" + USER + "\",\"Secret\":\"" + PASSWORD + "\"}'\n");
        Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(root.resolve("config.json"), "{\"credHelpers\":{\"" + ENGINE.registry() + "\":\"test\"}}");
        assertThat(pull(null)).isEqualTo("pull.succeeded");
    }

    @Test
    void aStalePullSecretGivesWayToTheNextLogin() throws Exception {
        login(root.resolve("secret/.dockerconfigjson"), USER, WRONG);
        login(root.resolve("config.json"), USER, PASSWORD);
        assertThat(pull(null)).isEqualTo("pull.succeeded");
        assertThat(events)
                .extracting(PullEvent::type)
                .startsWith("pull.queued", "pull.started", "pull.retrying", "pull.started");
    }

    @Test
    void aJobsOwnCredentialsAreUsedByNameOrUnsealed() throws Exception {
        login(root.resolve("names/team.json"), USER, PASSWORD);
        assertThat(pull(new Credentials("team", null))).isEqualTo("pull.succeeded");
        assertThat(pull(new Credentials("nobody", null))).isEqualTo(FailureReason.AUTH.toString());
        String sealed = SealingKeys.read(root.resolve("keys"))
                .seal(
                        new RegistryLogin(USER, PASSWORD, null, null, ENGINE.registry()),
                        new SealedFor(
                                "job",
                                null,
                                ENGINE.image("login/app:1"),
                                Instant.now().getEpochSecond() + 60));
        assertThat(pull(new Credentials(null, sealed))).isEqualTo("pull.succeeded");
    }
}
