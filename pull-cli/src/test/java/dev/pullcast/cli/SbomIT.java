// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The software bill of materials that the build writes beside the jar. */
class SbomIT {
    private final JsonNode bom = ContractJson.mapper().readTree(read());

    private static byte[] read() {
        try {
            return Files.readAllBytes(Path.of("target", "bom.json"));
        } catch (IOException e) {
            throw new AssertionError("`mvn package` writes it", e);
        }
    }

    @Test
    void namesEveryLibraryWithItsHash() {
        assertThat(bom.path("bomFormat").asString()).isEqualTo("CycloneDX");
        List<String> names = new ArrayList<>();
        for (JsonNode component : bom.path("components")) {
            String name = component.path("group").asString() + ":"
                    + component.path("name").asString();
            names.add(name);
            if (!name.startsWith("dev.pullcast:")) {
                assertThat(component.path("hashes").size()).as(name).isPositive();
            }
        }
        assertThat(names)
                .contains(
                        "io.vertx:vertx-core", "org.apache.kafka:kafka-clients", "tools.jackson.core:jackson-databind");
    }

    @Test
    void hasNoLibraryThatIsNoLongerMaintained() {
        assertThat(bom.path("components"))
                .extracting(component -> component.path("name").asString())
                .doesNotContain("jib-core", "google-http-client", "httpclient", "log4j-core", "vertx-auth-jwt");
    }
}
