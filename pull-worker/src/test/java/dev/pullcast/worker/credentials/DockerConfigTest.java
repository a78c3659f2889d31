// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.RegistryAuth;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerConfigTest {
    private static final String HUB = "https://index.docker.io/v1/";
    private static final HelperPrograms NO_HELPERS = new HelperPrograms(List.of(), Duration.ofSeconds(1));

    private static @Nullable RegistryAuth resolve(String json, String domain) {
        return DockerConfig.resolve(
                ContractJson.mapper().readTree(json.replace('\'', '"')),
                Registry.key(domain),
                "config.json",
                NO_HELPERS);
    }

    private static String packed(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Nested
    class AnEntryOfAuths {
        @Test
        void isUserAndPasswordInOne() {
            assertThat(resolve("{'auths':{'r.example':{'auth':'" + packed("me:se:cret\0\0") + "'}}}", "r.example"))
                    .isEqualTo(new RegistryAuth("me", "se:cret", "r.example", null, null));
        }

        @Test
        void thatIsPackedGoesBeforeClearText() {
            String entry = "{'username':'x','password':'y','auth':'" + packed("u:p") + "'}";
            assertThat(resolve("{'auths':{'r.example':" + entry + "}}", "r.example"))
                    .isEqualTo(new RegistryAuth("u", "p", "r.example", null, null));
        }

        @Test
        void mayHaveTokens() {
            assertThat(resolve("{'auths':{'r.example':{'identitytoken':'i','registrytoken':'r'}}}", "r.example"))
                    .isEqualTo(new RegistryAuth("", "", "r.example", "i", "r"));
        }

        @Test
        void withoutAnythingIsNoLogin() {
            assertThat(resolve("{'auths':{'r.example':{}}}", "r.example")).isNull();
        }

        @ParameterizedTest
        @ValueSource(strings = {"hunter22!", "aHVudGVyMjI=", "Omh1bnRlcjIy"}) // no base64; no colon; no user
        void thatDockerDidNotWriteIsAFailureAndNotAnAnonymousPull(String auth) {
            assertThatThrownBy(() -> resolve("{'auths':{'r.example':{'auth':'" + auth + "'}}}", "r.example"))
                    .isInstanceOfSatisfying(
                            EngineException.class,
                            e -> assertThat(e.failure().reason()).isEqualTo(FailureReason.AUTH))
                    .hasMessageContaining("r.example")
                    .message()
                    .doesNotContain("hunter22", auth);
        }
    }

    @Nested
    class AKeyOfAuths {
        @Test
        void isForDockerHubItsOldUrlAlone() {
            String login = ":{'username':'u','password':'p'}";
            assertThat(resolve("{'auths':{'" + HUB + "'" + login + "}}", "docker.io"))
                    .isEqualTo(new RegistryAuth("u", "p", HUB, null, null));
            assertThat(resolve("{'auths':{'docker.io'" + login + "}}", "docker.io"))
                    .isNull();
            assertThat(resolve("{'auths':{'" + HUB + "'" + login + "}}", "ghcr.io"))
                    .isNull();
        }

        @ParameterizedTest
        @CsvSource({
            "r.example:5000, true",
            "https://r.example:5000/v2/, true",
            "http://r.example:5000, true",
            "http://me@r.example:5000?x, true",
            "r.example:5000/team, true",
            "r.example, false",
            "x.r.example:5000, false",
        })
        void mayBeAWholeUrlAndIsFoundByItsHost(String key, boolean found) {
            RegistryAuth login = resolve("{'auths':{'" + key + "':{'username':'u','password':'p'}}}", "r.example:5000");
            assertThat(login).isEqualTo(found ? new RegistryAuth("u", "p", "r.example:5000", null, null) : null);
        }

        @Test
        void thatIsExactGoesBeforeOneThatIsNot() {
            String auths = "{'https://r.example/v1/':{'username':'old','password':'p'},"
                    + "'r.example':{'username':'new','password':'p'}}";
            assertThat(resolve("{'auths':" + auths + "}", "r.example"))
                    .isEqualTo(new RegistryAuth("new", "p", "r.example", null, null));
        }
    }

    @Nested
    class AHelper {
        private static final String FILE = "'auths':{'r.example':{'username':'u','password':'p'}}";

        @ParameterizedTest
        @ValueSource(strings = {"'credHelpers':{'r.example':'none'}", "'credsStore':'none'"})
        void thatIsNotThereLeavesTheLoginInTheFileAndWithoutOneIsAFailure(String helper) {
            assertThat(resolve("{" + helper + "," + FILE + "}", "r.example"))
                    .isEqualTo(new RegistryAuth("u", "p", "r.example", null, null));
            for (String none : List.of("", ",'auths':{'r.example':{}}", ",'auths':{'s.example':{'auth':'dTpw'}}")) {
                assertThatThrownBy(() -> resolve("{" + helper + none + "}", "r.example"))
                        .as(none)
                        .isInstanceOf(EngineException.class)
                        .hasMessageContaining("docker-credential-none");
            }
        }

        @Test
        void cannotBeAPath() {
            assertThatThrownBy(() -> resolve("{'credsStore':'../../bin/sh'}", "r.example"))
                    .isInstanceOf(EngineException.class);
        }

        @Test
        void ofAnotherRegistryOrWithAnEmptyNameIsNotAsked() {
            RegistryAuth inFile = new RegistryAuth("u", "p", "r.example", null, null);
            assertThat(resolve("{'credHelpers':{'other.example':'none'}," + FILE + "}", "r.example"))
                    .isEqualTo(inFile);
            assertThat(resolve("{'credsStore':'none','credHelpers':{'r.example':''}," + FILE + "}", "r.example"))
                    .isEqualTo(inFile);
        }
    }

    @Nested
    class TheVariable {
        private @Nullable RegistryAuth find(String json, String key) {
            return AuthVariable.of(java.util.Map.of(AuthVariable.NAME, json.replace('\'', '"')))
                    .find(key);
        }

        @Test
        void isUnderstoodAsDockerWritesIt() {
            String json = "{'auths':{'" + HUB + "':{'auth':'" + packed("me:secret") + "'}}}";
            assertThat(find(json, HUB)).isEqualTo(new RegistryAuth("me", "secret", HUB, null, null));
            assertThat(find(json, "r.example")).isNull();
        }

        @Test
        void isIgnoredAsAWholeWithAnythingElseInIt() {
            String good = "'r.example':{'auth':'" + packed("u:p") + "'}";
            assertThat(find("{'auths':{" + good + "}}", "r.example")).isNotNull();
            for (String wrong : List.of(
                    "{'auths':{" + good + "},'credsStore':'x'}",
                    "{'auths':{" + good + ",'s.example':{'username':'u','password':'p'}}}",
                    "{'auths':{" + good + ",'s.example':{'auth':'AAAA'}}}",
                    "hunter22",
                    "[]")) {
                assertThat(find(wrong, "r.example")).as(wrong).isNull();
            }
        }
    }
}
