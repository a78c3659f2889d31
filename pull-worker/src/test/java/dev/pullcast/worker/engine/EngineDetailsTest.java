// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.worker.engine.EngineDetails.Downloads;
import dev.pullcast.worker.engine.EngineDetails.Store;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What engines say of themselves: answers recorded from real ones, without what nobody reads. */
class EngineDetailsTest {
    private static EngineDetails recorded(String name, boolean podman) throws IOException {
        try (InputStream in = EngineDetailsTest.class.getResourceAsStream("/engine-info/" + name + ".json")) {
            assertThat(in).as(name).isNotNull();
            JsonNode both = ContractJson.mapper().readTree(in);
            return new InfoAnswer(podman, "1.41", both.path("info")).details(both.path("version"));
        }
    }

    @Nested
    class FromRecordings {
        @Test
        void dockerEngineKeepsImagesInItsOwnDriver() throws IOException {
            EngineDetails details = recorded("docker-20.10-overlay2", false);
            assertThat(details.store()).isEqualTo(Store.GRAPHDRIVER);
            assertThat(details.facts().storageDriver()).isEqualTo("overlay2");
            assertThat(details.facts().arch()).isEqualTo("amd64");
            assertThat(details.oldestApi()).isEqualTo("1.12");
            assertThat(details.newestApi()).isEqualTo("1.41");
            assertThat(details.registries()).isEqualTo(new RegistryRules(Map.of(), List.of("127.0.0.0/8")));
        }

        @Test
        void aMirrorOfDockerHubIsKnown() throws IOException {
            RegistryRules registries =
                    recorded("docker-28-overlay2-mirror", false).registries();
            assertThat(registries.firstMirrorOf("docker.io")).isEqualTo("http://127.0.0.1:5005/");
            assertThat(registries.firstMirrorOf("ghcr.io")).isNull();
            assertThat(RegistryRules.hostOf("http://127.0.0.1:5005/")).isEqualTo("127.0.0.1:5005");
        }

        @Test
        void containerdsStoreIsToldFromADriver() throws IOException {
            EngineDetails details = recorded("docker-28-containerd", false);
            assertThat(details.store()).isEqualTo(Store.CONTAINERD);
            assertThat(details.registries().insecure())
                    .containsExactly("10.99.4.0/24", "127.0.0.0/8", "::1/128", "reg.local:5000");
        }

        @Test
        void podmanSaysTheSameInItsOwnWay() throws IOException {
            EngineDetails details = recorded("podman-4.3", true);
            assertThat(details.store()).isEqualTo(Store.CONTAINERS_STORAGE);
            assertThat(details.facts().kind()).isEqualTo("podman");
            assertThat(details.registries().insecure()).containsExactly("127.0.0.1:5005");
            assertThat(details.registries().firstMirrorOf("docker.io")).isEqualTo("127.0.0.1:5005");
        }
    }

    @Nested
    class ARegistry {
        private final RegistryRules rules = new RegistryRules(
                Map.of(), List.of("127.0.0.0/8", "10.99.4.0/22", "reg.local:5000", "::1/128", "odd/network"));

        @Test
        void isInsecureByNameOrByNetwork() {
            assertThat(List.of("127.0.0.1", "127.9.9.9", "10.99.7.255", "::1", "::ffff:10.99.4.1"))
                    .allMatch(address -> rules.isInsecure("any.example", List.of(InetAddress.ofLiteral(address))));
            assertThat(List.of("10.99.8.0", "10.98.255.255", "::2"))
                    .noneMatch(address -> rules.isInsecure("any.example", List.of(InetAddress.ofLiteral(address))));
            assertThat(rules.isInsecure("reg.local:5000", List.of())).isTrue();
            assertThat(List.of("reg.local", "reg.local:5001")).noneMatch(name -> rules.isInsecure(name, List.of()));
        }
    }

    @Nested
    class TheDaemonsProcess {
        @TempDir
        Path proc;

        private @Nullable Downloads downloads(String... commandLine) throws IOException {
            Path folder = Files.createDirectories(proc.resolve("77"));
            Files.createDirectories(proc.resolve("78")); // without files, as one that has just ended
            Files.writeString(folder.resolve("comm"), "dockerd\n");
            Files.writeString(folder.resolve("cmdline"), String.join("\0", commandLine) + "\0");
            return DaemonProcess.downloads(proc, Path.of("/run/d.sock"));
        }

        @Test
        void tellsItsOption() throws IOException {
            assertThat(downloads(
                            "dockerd",
                            "-H",
                            "unix:///run/d.sock",
                            "--config-file=/none",
                            "--max-concurrent-downloads=9"))
                    .isEqualTo(new Downloads(9, "dockerd --max-concurrent-downloads"));
        }

        @Test
        void tellsWhatItsFileSays() throws IOException {
            Path file = proc.resolve("daemon.json");
            Files.writeString(file, "{\"max-concurrent-downloads\": 6}");
            assertThat(downloads("dockerd", "--host=unix:///run/d.sock", "--config-file", file.toString()))
                    .isEqualTo(new Downloads(6, file.toString()));
            Files.writeString(file, "{}");
            assertThat(downloads("dockerd", "-Hunix:///run/d.sock", "--config-file", file.toString()))
                    .isEqualTo(new Downloads(3, "Docker's default"));
            Files.writeString(file, "{");
            assertThat(downloads("dockerd", "-Hunix:///run/d.sock", "--config-file", file.toString()))
                    .isNull();
        }

        @Test
        void isNotTakenForAnother() throws IOException {
            assertThat(downloads("dockerd", "-H", "unix:///run/other.sock")).isNull();
            assertThat(downloads("dockerd", "-H", "fd://")).isNull();
            assertThat(DaemonProcess.downloads(proc.resolve("none"), Path.of("/run/d.sock")))
                    .isNull();
        }
    }
}
