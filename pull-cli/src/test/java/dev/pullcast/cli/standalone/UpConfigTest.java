// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.settings.Settings.InvalidSetting;
import dev.pullcast.worker.credentials.CredentialSettings;
import dev.pullcast.worker.credentials.LoginOwners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpConfigTest {
    private static final String KAFKA = "127.0.0.1:9999";

    @Nested
    class ItsDataAre {
        @Test
        void whereTheCommandLineSays() {
            assertThat(of(Path.of("/a"), Map.of("PULLCAST_HOME", "/b")).data()).isEqualTo(Path.of("/a"));
        }

        @Test
        void elseWhereTheEnvironmentSays() {
            assertThat(of(null, Map.of("PULLCAST_HOME", "/b", "XDG_DATA_HOME", "/c"))
                            .data())
                    .isEqualTo(Path.of("/b"));
            assertThat(of(null, Map.of("XDG_DATA_HOME", "/c", "HOME", "/d")).data())
                    .isEqualTo(Path.of("/c/pullcast"));
        }

        @Test
        void elseBelowTheHomeFolder() {
            UpConfig config = of(null, Map.of("HOME", "/d"));
            assertThat(config.data()).isEqualTo(Path.of("/d/.local/share/pullcast"));
            assertThat(config.worker(KAFKA).dataFolder()).isEqualTo(Path.of("/d/.local/share/pullcast/worker"));
        }
    }

    @Test
    void itStopsFastAndItsSecondPortIsAnyFreeOne() {
        UpConfig config = of(null, Map.of());
        assertThat(config.worker(KAFKA).drainSeconds()).isEqualTo(3);
        assertThat(config.worker(KAFKA).opsPort()).isZero();
        assertThat(config.gatewayPort()).isEqualTo(8080);
        assertThat(config.kafkaPort()).isZero();
    }

    @Test
    void whatSomebodyChoseHolds() {
        UpConfig config = of(null, Map.of("PULLCAST_WORKER_DRAIN_SECONDS", "5", "PULLCAST_WORKER_OPS_PORT", "9001"));
        assertThat(config.worker(KAFKA).drainSeconds()).isEqualTo(5);
        assertThat(config.worker(KAFKA).opsPort()).isEqualTo(9001);
    }

    /** Without tokens a project is only a label; with them it is a border. */
    @Test
    void itsLoginsServeEveryProjectUnlessThereAreTokens() throws IOException {
        LoginOwners docker =
                of(null, Map.of()).worker(KAFKA).credentials().owners().docker();
        assertThat(docker).isEqualTo(LoginOwners.ALL);
        Map<String, String> tokens = Map.of("PULLCAST_GATEWAY_AUTH_TOKENS", "/etc/pullcast/tokens");
        assertThat(of(null, tokens).worker(KAFKA).credentials().owners())
                .isEqualTo(CredentialSettings.DefaultOwners.NO_PROJECT);
        assertThat(of(null, Map.of("PULLCAST_CREDENTIALS_DOCKER_PROJECTS", "team-a"))
                        .worker(KAFKA)
                        .credentials()
                        .owners()
                        .docker()
                        .projects())
                .containsExactly("team-a");
    }

    @Test
    void whatSomebodyChoseHoldsEvenIfItIsThePartsOwnDefault(@TempDir Path folder) throws IOException {
        UpConfig config = of(null, Map.of("PULLCAST_WORKER_DRAIN_SECONDS", "30", "PULLCAST_WORKER_OPS_PORT", "8081"));
        assertThat(config.worker(KAFKA).drainSeconds()).isEqualTo(30);
        assertThat(config.worker(KAFKA).opsPort()).isEqualTo(8081);
        Path file = Files.writeString(folder.resolve("up.properties"), "worker.drain-seconds=30\nlog.file=\n");
        UpConfig fromFile = UpConfig.of(file, null, Map.of(), Map.of());
        assertThat(fromFile.worker(KAFKA).drainSeconds()).isEqualTo(30);
        assertThat(fromFile.worker(KAFKA).log()).isNull();
        assertThat(UpConfig.of(null, null, Map.of(), Map.of("worker.ops.port", "8081"))
                        .worker(KAFKA)
                        .opsPort())
                .isEqualTo(8081);
    }

    @Test
    void bothPartsUseTheBrokerInside() {
        UpConfig config = of(null, Map.of());
        assertThat(config.worker(KAFKA).kafka()).containsEntry("bootstrap.servers", KAFKA);
        assertThat(config.gateway(KAFKA).feed().kafka()).containsEntry("bootstrap.servers", KAFKA);
    }

    @Test
    void anotherKafkaIsRefusedRatherThanIgnored() {
        assertThatThrownBy(() -> of(null, Map.of("PULLCAST_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("brings a Kafka of its own");
        assertThatThrownBy(() -> of(null, Map.of("PULLCAST_KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("brings a Kafka of its own");
    }

    @Test
    void aTypingErrorInAFileIsRefused(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("up.properties"), "worker.paralelism=2\n");
        assertThatThrownBy(() -> UpConfig.of(file, null, Map.of(), Map.of()))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("unknown setting 'worker.paralelism'");
    }

    private static UpConfig of(@Nullable Path data, Map<String, String> environment) {
        return UpConfig.of(null, data, environment, Map.of());
    }
}
