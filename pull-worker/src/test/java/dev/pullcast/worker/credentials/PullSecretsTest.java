// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.Keyring;
import dev.pullcast.worker.engine.RegistryAuth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullSecretsTest {
    @TempDir
    Path root;

    /** A secret as the kubelet mounts it: links to a hidden folder with its newest version. */
    private Path secret(String name, String file, String json) throws Exception {
        Path folder = Files.createDirectories(root.resolve(name));
        Path version = Files.createDirectories(folder.resolve("..2026_01_01"));
        Files.writeString(version.resolve(file), json.replace('\'', '"'));
        Files.createSymbolicLink(folder.resolve("..data"), version.getFileName());
        Files.createSymbolicLink(folder.resolve(file), Path.of("..data", file));
        return folder;
    }

    private Path mounted(String name, String... keysAndUsers) throws Exception {
        StringBuilder auths = new StringBuilder();
        for (int i = 0; i < keysAndUsers.length; i += 2) {
            auths.append(i == 0 ? "" : ",")
                    .append("'" + keysAndUsers[i] + "':{'username':'" + keysAndUsers[i + 1] + "'}");
        }
        return secret(name, ".dockerconfigjson", "{'auths':{" + auths + "}}");
    }

    private static Keyring.Wanted wanted(String image) {
        return new Keyring.Wanted(ImageReference.parse(image), null, null, "job", null);
    }

    private static List<String> users(String image, Path... folders) {
        return PullSecrets.find(Arrays.asList(folders), LoginOwners.NO_PROJECT, wanted(image)).stream()
                .map(login -> String.valueOf(login.username()))
                .toList();
    }

    @Nested
    class Lookup {
        @Test
        void givesAllThatMatchTheMoreSpecificFirst() throws Exception {
            Path one = mounted("one", "r.example", "host", "r.example/team/app", "app", "*.example", "glob");
            Path two =
                    mounted("two", "https://r.example/v2/", "host2", "r.example/team", "team", "other.example", "no");
            assertThat(users("r.example/team/app:1", one, two)).containsExactly("app", "team", "host", "host2", "glob");
            assertThat(users("r.example/x", one, two)).containsExactly("host", "host2", "glob");
            assertThat(users("else.where/x", one, two)).isEmpty();
        }

        @Test
        void knowsDockerHubByEitherName() throws Exception {
            Path old = mounted("old", "https://index.docker.io/v1/", "old");
            Path now = mounted("now", "docker.io", "now");
            assertThat(users("alpine", old)).containsExactly("old");
            assertThat(users("alpine", old, now)).containsExactly("now");
        }

        @Test
        void tellsTheEngineTheRegistryAndNotTheGlob() throws Exception {
            Path folder = mounted("one", "*.example", "u");
            assertThat(PullSecrets.find(List.of(folder), LoginOwners.NO_PROJECT, wanted("r.example/a")))
                    .containsExactly(new RegistryAuth("u", "", "r.example", null, null));
        }
    }

    @Nested
    class AFolder {
        @Test
        void mayHaveTheOldFile() throws Exception {
            Path folder = secret("old", ".dockercfg", "{'r.example':{'auth':'dTpw'}}");
            assertThat(PullSecrets.find(List.of(folder), LoginOwners.NO_PROJECT, wanted("r.example/a")))
                    .containsExactly(new RegistryAuth("u", "p", "r.example", null, null));
        }

        @Test
        void mayHoldSecretsInFolders() throws Exception {
            mounted("b", "r.example", "second");
            mounted("a", "r.example", "first");
            assertThat(users("r.example/x", root)).containsExactly("first", "second");
        }

        @Test
        void thatIsNotThereYetIsNoFailure() {
            assertThat(users("r.example/x", root.resolve("none"))).isEmpty();
        }

        @Test
        void withASecretThatCannotBeReadIsAFailureThatShowsNothing() throws Exception {
            Path folder = secret("bad", ".dockerconfigjson", "{'auths':{'r.example':{'password':'hunter22");
            assertThatThrownBy(() -> users("r.example/x", folder))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining(".dockerconfigjson")
                    .message()
                    .doesNotContain("hunter22");
        }
    }

    @Nested
    class ByName {
        private final HelperPrograms helpers = new HelperPrograms(List.of(), Duration.ofSeconds(1));

        private List<RegistryAuth> find(String name, String image) {
            return NamedCredentials.find(new CredentialSettings(root, List.of(), null), name, wanted(image), helpers);
        }

        @Test
        void aFileIsReadAsDockersAndAFolderAsAPullSecret() throws Exception {
            Files.createDirectories(root.resolve("team"));
            Files.writeString(
                    root.resolve("team/a.json"),
                    "{\"auths\":{\"r.example\":{\"username\":\"file\",\"password\":\"p\"}}}");
            mounted("b", "*.example", "glob", "r.example", "host");
            assertThat(find("team/a", "r.example/x"))
                    .containsExactly(new RegistryAuth("file", "p", "r.example", null, null));
            assertThat(find("b", "r.example/x"))
                    .extracting(RegistryAuth::username)
                    .containsExactly("host", "glob");
        }

        @Test
        void whatTheWorkerLacksIsAFailureThatNamesItAndNeverAnAnonymousPull() throws Exception {
            mounted("b", "r.example", "u");
            assertThatThrownBy(() -> find("nobody", "r.example/x"))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("'nobody'");
            assertThatThrownBy(() -> find("b", "other.example/x"))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("'b'")
                    .hasMessageContaining("other.example");
            assertThatThrownBy(
                            () -> NamedCredentials.find(CredentialSettings.NONE, "b", wanted("r.example/x"), helpers))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("'b'");
        }

        @Test
        void noNameLeadsOutOfTheFolder() throws Exception {
            Path secrets = Files.createDirectories(root.resolve("inside"));
            Files.writeString(root.resolve("out.json"), "{\"auths\":{\"r.example\":{\"username\":\"u\"}}}");
            for (String name : List.of("../out", "a/../../out", "..", "a/..")) {
                assertThatThrownBy(() -> NamedCredentials.find(
                                new CredentialSettings(secrets, List.of(), null), name, wanted("r.example/x"), helpers))
                        .as(name)
                        .isInstanceOf(EngineException.class);
            }
        }
    }
}
