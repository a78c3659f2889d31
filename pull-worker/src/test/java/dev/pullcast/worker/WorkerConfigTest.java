// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.settings.HostRule;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.contract.settings.Settings.InvalidSetting;
import dev.pullcast.worker.credentials.CredentialSettings;
import dev.pullcast.worker.engine.DockerCommand;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.engine.EngineMode;
import dev.pullcast.worker.pull.PresentImages;
import dev.pullcast.worker.pull.PullSettings;
import dev.pullcast.worker.registry.RegistrySettings;
import dev.pullcast.worker.sizes.LayerSizes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerConfigTest {
    private static WorkerConfig read(Map<String, String> environment) {
        return WorkerConfig.of(Settings.read(WorkerConfig.KEYS, null, environment, Map.of()), environment);
    }

    @Test
    void theDefaults() {
        WorkerConfig config = read(Map.of("HOME", "/home/me", "PULLCAST_WORKER_ID", "w"));
        assertThat(config)
                .isEqualTo(new WorkerConfig(
                        "w",
                        Map.of(),
                        Path.of("/home/me/.local/share/pullcast/worker"),
                        5,
                        30,
                        "127.0.0.1",
                        8081,
                        new HostRule(Set.of(), false),
                        new EngineAddress.Socket(Path.of("/var/run/docker.sock")),
                        EngineMode.AUTO,
                        new DockerCommand("docker", null, Path.of("/home/me/.local/share/pullcast/worker/logins")),
                        CredentialSettings.NONE,
                        PullSettings.DEFAULT,
                        LayerSizes.Mode.AUTO,
                        PresentImages.Verify.PRIVATE,
                        RegistrySettings.DEFAULT,
                        null,
                        new Topics("pull."),
                        12,
                        (short) -1,
                        Map.of("bootstrap.servers", "localhost:9092")));
    }

    @Test
    void healthAndMetricsAreServedToOthersOnlyWhenToldSo() {
        assertThatThrownBy(() -> read(Map.of("PULLCAST_WORKER_ID", "w", "PULLCAST_WORKER_OPS_HOST", "0.0.0.0")))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageContaining("worker.ops.insecure-bind=true");
        assertThat(read(Map.of(
                                "PULLCAST_WORKER_ID", "w",
                                "PULLCAST_WORKER_OPS_HOST", "0.0.0.0",
                                "PULLCAST_WORKER_OPS_HOSTS", "Node1.internal",
                                "PULLCAST_WORKER_OPS_INSECURE_BIND", "true"))
                        .opsHosts())
                .isEqualTo(new HostRule(Set.of("node1.internal"), true));
    }

    @Test
    void everyKeyCanBeSetByItsEnvironmentVariable() {
        for (Settings.Key key : WorkerConfig.KEYS) {
            Settings settings = Settings.read(WorkerConfig.KEYS, null, Map.of(key.environment(), "seven"), Map.of());
            String expected = key.key().startsWith("kafka.")
                    ? settings.kafka().get("bootstrap.servers")
                    : settings.find(key.key());
            assertThat(expected).as(key.key()).isEqualTo("seven");
        }
    }

    @Test
    void credentialsAreFoundWhereTheSettingsSay() {
        assertThat(read(Map.of(
                                "PULLCAST_WORKER_ID", "w",
                                "PULLCAST_CREDENTIALS_DIR", "/c",
                                "PULLCAST_CREDENTIALS_PULL_SECRETS", "/a, /b",
                                "PULLCAST_CREDENTIALS_KEYS", "/k"))
                        .credentials())
                .isEqualTo(new CredentialSettings(Path.of("/c"), List.of(Path.of("/a"), Path.of("/b")), Path.of("/k")));
    }

    @Test
    void anyKafkaClientSettingPasses() {
        assertThat(read(Map.of("PULLCAST_KAFKA_SECURITY_PROTOCOL", "SSL", "PULLCAST_WORKER_ID", "w"))
                        .kafka())
                .containsEntry("security.protocol", "SSL");
    }

    @ParameterizedTest
    @CsvSource({
        "worker.parallelism, 0",
        "worker.parallelism, many",
        "worker.id, a b",
        "worker.labels, x",
        "worker.ops.port, 65536",
        "engine.host, npipe://x",
        "engine.host, unix:x",
        "engine.mode, socket",
        "topics.partitions, 1025",
        "pull.backoff-limit, -1",
        "registry.max-manifest-bytes, 1",
        "registry.private, 10.0.0.0/99",
        "registry.private, host:port",
    })
    void aWrongValueIsRefusedByItsName(String key, String value) {
        assertThatThrownBy(() ->
                        WorkerConfig.of(Settings.read(WorkerConfig.KEYS, null, Map.of(), Map.of(key, value)), Map.of()))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining(key)
                .hasMessageContaining(value);
    }

    @Test
    void whateverIsWrongWithAValueItsOwnKeyIsNamed() {
        for (Settings.Key key : WorkerConfig.KEYS) {
            for (String value : List.of("a\0b", "-99999999999", "://", "%zz", "tcp://[", "=,=")) {
                Map<String, String> overrides = new HashMap<>(Map.of("worker.id", "w"));
                overrides.put(key.key(), value);
                try {
                    WorkerConfig.of(Settings.read(WorkerConfig.KEYS, null, Map.of(), overrides), Map.of());
                } catch (InvalidSetting e) {
                    assertThat(e).hasMessageContaining("'" + key.key() + "'");
                }
            }
        }
        for (String path : List.of("worker.data-dir", "log.file", "credentials.dir", "credentials.keys")) {
            assertThatThrownBy(() -> WorkerConfig.of(
                            Settings.read(WorkerConfig.KEYS, null, Map.of(), Map.of("worker.id", "w", path, "a\0b")),
                            Map.of()))
                    .isInstanceOf(InvalidSetting.class)
                    .hasMessageContaining("'" + path + "'")
                    .hasMessageNotContaining("engine.host");
        }
    }

    @Test
    void aWrongDockerHostIsNamedAsWhatItIs() {
        Map<String, String> environment = Map.of("PULLCAST_WORKER_ID", "w", "DOCKER_HOST", "gopher://x");
        assertThatThrownBy(() -> read(environment))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("environment variable DOCKER_HOST")
                .hasMessageNotContaining("engine.host");
    }

    @Test
    void theDockerCommandGetsTheSameEngine() {
        Map<String, String> overrides = Map.of("engine.host", "/e.sock", "engine.mode", "cli", "worker.id", "w");
        WorkerConfig config = WorkerConfig.of(Settings.read(WorkerConfig.KEYS, null, Map.of(), overrides), Map.of());
        assertThat(config.engineMode()).isEqualTo(EngineMode.CLI);
        assertThat(config.dockerCommand())
                .isEqualTo(new DockerCommand(
                        "docker", "unix:///e.sock", config.dataFolder().resolve("logins")));
    }

    @Test
    void anAddressForTheCommandOnlyIsRefusedWhereTheApiIsAskedFor() {
        Map<String, String> overrides = Map.of("engine.host", "ssh://h", "engine.mode", "api", "worker.id", "w");
        assertThatThrownBy(() -> WorkerConfig.of(Settings.read(WorkerConfig.KEYS, null, Map.of(), overrides), Map.of()))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("ssh://h")
                .hasMessageContaining("engine.mode");
    }

    @Test
    void anUnknownKeyRefusesToStart() {
        assertThatThrownBy(() -> Settings.read(WorkerConfig.KEYS, null, Map.of(), Map.of("worker.parralelism", "2")))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("worker.parralelism")
                .hasMessageContaining("worker.parallelism");
    }
}
