// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.settings.Settings.InvalidSetting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final List<Settings.Key> KNOWN = List.of(
            new Settings.Key("worker.id", "", "stable name"),
            new Settings.Key("worker.parallel-pulls", "3", "pulls at once"),
            new Settings.Key("worker.labels", "", "name=value,…"),
            new Settings.Key("gateway.secure", "false", "whether"));

    private static Settings read(@Nullable Path file, Map<String, String> environment, Map<String, String> overrides) {
        return Settings.read(KNOWN, file, environment, overrides);
    }

    @Test
    void aDefaultHoldsUntilSomebodySaysOtherwise(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("p"), "worker.parallel-pulls = 4 \nworker.id=from-file\n");
        Map<String, String> environment = Map.of("PULLCAST_WORKER_PARALLEL_PULLS", "5");
        assertThat(read(null, Map.of(), Map.of()).getInt("worker.parallel-pulls", 1, 9))
                .isEqualTo(3);
        assertThat(read(file, Map.of(), Map.of()).getInt("worker.parallel-pulls", 1, 9))
                .isEqualTo(4);
        assertThat(read(file, environment, Map.of()).getInt("worker.parallel-pulls", 1, 9))
                .isEqualTo(5);
        assertThat(read(file, environment, Map.of("worker.parallel-pulls", "6")).getInt("worker.parallel-pulls", 1, 9))
                .isEqualTo(6);
        assertThat(read(file, environment, Map.of()).get("worker.id")).isEqualTo("from-file");
    }

    @Test
    void theOlderPullersEnvironmentIsUnderstoodAndWeakerThanEverythingElse(@TempDir Path folder) throws IOException {
        List<Settings.Key> known = List.of(
                new Settings.Key("gateway.host", "127.0.0.1", "address"),
                new Settings.Key("gateway.port", "8080", "port"),
                new Settings.Key("engine.host", "", "engine"));
        Map<String, String> older = Map.of("LISTEN_ADDR", "[::1]:9006", "DOCKER_SOCKET", "/run/docker.sock");
        Settings settings = Settings.read(known, null, older, Map.of());
        assertThat(settings.get("gateway.host")).isEqualTo("::1");
        assertThat(settings.get("gateway.port")).isEqualTo("9006");
        assertThat(settings.get("engine.host")).isEqualTo("unix:///run/docker.sock");
        assertThat(Settings.read(known, null, Map.of("LISTEN_ADDR", ":9006"), Map.of())
                        .get("gateway.host"))
                .isEqualTo("0.0.0.0");

        Path file = Files.writeString(folder.resolve("p"), "gateway.port=1\n");
        assertThat(Settings.read(known, file, older, Map.of()).get("gateway.port"))
                .isEqualTo("1");
        assertThat(Settings.read(known, null, Map.of("DOCKER_SOCKET", "/a", "DOCKER_HOST", "unix:///b"), Map.of())
                        .find("engine.host"))
                .isNull();
        assertThat(Settings.read(KNOWN, null, older, Map.of()).find("gateway.port"))
                .isNull();
        assertThatThrownBy(() -> Settings.read(known, null, Map.of("LISTEN_ADDR", "9006"), Map.of()))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("LISTEN_ADDR is '9006'");
    }

    @Test
    void whatIsShownHasNoSecret() {
        Settings settings = Settings.read(
                List.of(new Settings.Key("a.token-file", "", ""), new Settings.Key("a.b", "", "")),
                null,
                Map.of("PULLCAST_KAFKA_SASL_JAAS_CONFIG", "s3cret", "PULLCAST_KAFKA_CLIENT_ID", "me"),
                Map.of("a.token-file", "s3cret", "a.b", "c"));
        assertThat(settings.withoutSecrets())
                .containsEntry("a.b", "c")
                .containsEntry("kafka.client.id", "me")
                .containsEntry("kafka.sasl.jaas.config", "***")
                .containsEntry("a.token-file", "***");
    }

    @Test
    void anUnknownKeyIsRefusedWithTheKnownOnes(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("p"), "worker.idd=a\n");
        assertThatThrownBy(() -> read(file, Map.of(), Map.of()))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("'worker.idd'")
                .hasMessageContaining("worker.id, worker.labels");
        assertThatThrownBy(() -> read(null, Map.of(), Map.of("x", "y"))).isInstanceOf(InvalidSetting.class);
    }

    @Test
    void aFileThatCannotBeReadIsNamed(@TempDir Path folder) throws IOException {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> read(missing, Map.of(), Map.of()))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining(missing.toString());
        Path broken = Files.writeString(folder.resolve("broken"), "worker.id=\\u12");
        assertThatThrownBy(() -> read(broken, Map.of(), Map.of()))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining(broken.toString());
    }

    @Test
    void kafkasOwnSettingsPassThrough() {
        Settings settings = read(
                null,
                Map.of("PULLCAST_KAFKA_BOOTSTRAP_SERVERS", "a:1", "OTHER_KAFKA_X", "y"),
                Map.of("kafka.security.protocol", "SSL"));
        assertThat(settings.kafka())
                .containsOnly(Map.entry("bootstrap.servers", "a:1"), Map.entry("security.protocol", "SSL"));
    }

    @Test
    void anEmptyValueTakesADefaultAway() {
        Settings settings = read(null, Map.of("PULLCAST_WORKER_PARALLEL_PULLS", ""), Map.of());
        assertThat(settings.find("worker.parallel-pulls")).isNull();
        assertThatThrownBy(() -> settings.get("worker.parallel-pulls")).hasMessageContaining("is missing");
    }

    @Test
    void valuesAreReadAsWhatTheyShouldBe() {
        Settings settings = read(
                null,
                Map.of(),
                Map.of("worker.parallel-pulls", "ten", "worker.labels", "a=1, b=x=y,,c=", "gateway.secure", "yes"));
        assertThat(settings.getList("worker.labels")).containsExactly("a=1", "b=x=y", "c=");
        assertThat(settings.getMap("worker.labels")).isEqualTo(Map.of("a", "1", "b", "x=y", "c", ""));
        assertThatThrownBy(() -> settings.getInt("worker.parallel-pulls", 1, 9))
                .hasMessageContaining("'ten'")
                .hasMessageContaining("from 1 to 9");
        assertThatThrownBy(() -> settings.getBoolean("gateway.secure")).hasMessageContaining("true or false");
        Settings other = read(null, Map.of(), Map.of("worker.parallel-pulls", "10", "worker.labels", "=a"));
        assertThatThrownBy(() -> other.getInt("worker.parallel-pulls", 1, 9)).isInstanceOf(InvalidSetting.class);
        assertThatThrownBy(() -> other.getMap("worker.labels")).hasMessageContaining("name=value");
        assertThat(other.getBoolean("gateway.secure")).isFalse();
    }
}
