// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.sizes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.Fault;
import dev.pullcast.testkit.FaultProxy;
import dev.pullcast.worker.engine.DockerEngine;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.registry.RegistryReader;
import dev.pullcast.worker.registry.RegistrySettings;
import dev.pullcast.worker.sizes.LayerSizes.Answer;
import dev.pullcast.worker.sizes.LayerSizes.Mode;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real registry behind a proxy that spoils its answers; a real engine says how to treat it. */
class SizesAheadIT {
    @RegisterExtension
    static final DevEngine ENGINE = new DevEngine();

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private final DockerEngine client = DockerEngine.at(loops.vertx(), new EngineAddress.Socket(ENGINE.socket()));
    private FaultProxy registry;

    @BeforeEach
    void open() {
        registry = FaultProxy.before(ENGINE.registry());
    }

    @AfterEach
    void close() throws Exception {
        registry.close();
        client.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private Answer find(Mode mode, boolean engineIsHere, String image, @Nullable RegistryAuth auth) throws Exception {
        return find(mode, engineIsHere, image, null, auth);
    }

    private Answer find(
            Mode mode, boolean engineIsHere, String image, @Nullable String platform, @Nullable RegistryAuth auth)
            throws Exception {
        return new RegistryLayerSizes(
                        loops.vertx(),
                        client,
                        new RegistryReader(RegistrySettings.DEFAULT, Map.of()),
                        mode,
                        engineIsHere)
                .find(ImageReference.parse(image), platform, auth)
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private static Map<String, Long> layers(Answer answer) {
        assertThat(answer).isInstanceOf(Answer.Known.class);
        return ((Answer.Known) answer).sizes().layers();
    }

    private RegistryAuth login(String user, String password) {
        return new RegistryAuth(user, password, registry.address(), null, null);
    }

    @Nested
    class TheSizes {
        @Test
        void areThoseOfTheManifest() throws Exception {
            ENGINE.seedImage("s/plain:1", "--layers", "3", "--size", "64K,96K,128K", "--seed", "plain");
            Map<String, Long> layers = layers(find(Mode.AUTO, true, registry.image("s/plain:1"), null));
            assertThat(layers).hasSize(3);
            assertThat(layers.keySet()).allMatch(id -> id.matches("[0-9a-f]{12}"));
            assertThat(layers.values().stream().mapToLong(Long::longValue).sum())
                    .isBetween(288L << 10, 300L << 10);
        }

        @Test
        void areThoseOfThePlatform() throws Exception {
            ENGINE.seedImage(
                    "s/multi:1", "--layers", "2", "--size", "64K", "--seed", "multi", "--index", "amd64,arm64/v8");
            String image = registry.image("s/multi:1");
            Map<String, Long> own = layers(find(Mode.AUTO, true, image, null));
            Map<String, Long> arm = layers(find(Mode.AUTO, true, image, "linux/arm64", null));
            assertThat(own).hasSize(2);
            assertThat(arm).hasSize(2).doesNotContainKeys(own.keySet().toArray(String[]::new));
            assertThat(find(Mode.AUTO, true, image, "linux/s390x", null)).isInstanceOf(Answer.Unknown.class);
        }

        @Test
        void areReadWithTheLoginOfThePull() throws Exception {
            ENGINE.seedImage("s/token:1", "--layers", "1", "--size", "64K", "--seed", "token");
            registry.when("", new Fault.Token("me", "right"), Integer.MAX_VALUE);
            String image = registry.image("s/token:1");
            assertThat(layers(find(Mode.AUTO, true, image, login("me", "right"))))
                    .hasSize(1);
            assertThat(find(Mode.AUTO, true, image, login("me", "wr0ng-one")))
                    .isInstanceOfSatisfying(
                            Answer.Unknown.class,
                            unknown -> assertThat(unknown.why()).doesNotContain("wr0ng-one"));
            assertThat(find(Mode.AUTO, true, image, null)).isInstanceOf(Answer.Unknown.class);
        }
    }

    @Nested
    class TheRegistryIsNotAsked {
        @Test
        void whenNobodyWantsIt() throws Exception {
            assertThat(find(Mode.NEVER, true, registry.image("s/any:1"), null)).isInstanceOf(Answer.Unknown.class);
            assertThat(registry.requests()).isEmpty();
        }

        @Test
        void whenLoopbackIsAnotherMachineForTheEngine() throws Exception {
            assertThat(find(Mode.AUTO, false, registry.image("s/any:1"), null)).isInstanceOf(Answer.Unknown.class);
            assertThat(registry.requests()).isEmpty();
        }

        @Test
        void whenItIsDockerHubWhichCountsIt() throws Exception {
            assertThat(find(Mode.AUTO, true, "alpine:1", null)).isInstanceOf(Answer.Unknown.class);
        }

        @Test
        void withALoginThatOnlyTheEngineCanUse() throws Exception {
            RegistryAuth bearer = new RegistryAuth(null, null, registry.address(), null, "a-bearer-token");
            assertThat(find(Mode.AUTO, true, registry.image("s/any:1"), bearer)).isInstanceOf(Answer.Unknown.class);
            assertThat(registry.requests()).isEmpty();
        }
    }

    @Nested
    class WhatGoesWrongIsNoFailure {
        @Test
        void aLimitIsToldWithItsTime() throws Exception {
            registry.when(
                    "/manifests/",
                    new Fault.Answer(429, Map.of("Retry-After", "17"), "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\"}]}"),
                    1);
            assertThat(find(Mode.AUTO, true, registry.image("s/any:1"), null))
                    .isEqualTo(new Answer.Limited(Duration.ofSeconds(17)));
            registry.when("/manifests/", Fault.Answer.tooManyRequests(), 1);
            assertThat(find(Mode.AUTO, true, registry.image("s/any:1"), null)).isEqualTo(new Answer.Limited(null));
        }

        @Test
        void norIsAnAnswerThatMakesNoSense() throws Exception {
            registry.when("/manifests/", new Fault.Answer(500, Map.of(), "oops"), 1);
            registry.when("/manifests/", new Fault.Answer(200, Map.of("Content-Type", "text/html"), "<html>"), 1);
            registry.when(
                    "/manifests/",
                    new Fault.Answer(
                            200,
                            Map.of("Content-Type", "application/vnd.docker.distribution.manifest.v2+json"),
                            "{\"schemaVersion\":2,\"mediaType\":"
                                    + "\"application/vnd.docker.distribution.manifest.v2+json\",\"layers\":[{}]}"),
                    1);
            for (int i = 0; i < 3; i++) {
                assertThat(find(Mode.AUTO, true, registry.image("s/any:1"), null))
                        .isInstanceOf(Answer.Unknown.class);
            }
            assertThat(find(Mode.AUTO, true, registry.image("s/absent:1"), null))
                    .isInstanceOf(Answer.Unknown.class);
        }
    }

    /** The engine itself is of use here only for what it says; that much is checked against it. */
    @Nested
    class TheEngine {
        @Test
        void tellsAllThatIsAskedOfIt() throws Exception {
            var details =
                    client.details().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            EngineFacts facts = details.facts();
            assertThat(facts.kind()).isEqualTo("docker");
            assertThat(facts.freeBytes()).isPositive();
            assertThat(details.oldestApi()).isNotNull();
            assertThat(details.newestApi()).isNotNull();
            assertThat(details.store()).isNotNull();
            assertThat(details.downloads()).isNotNull();
            assertThat(details.registries().isInsecure(ENGINE.registry(), List.of(InetAddress.getLoopbackAddress())))
                    .isTrue();
        }
    }
}
