// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.sealed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.CompressionAlgorithm;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectEncrypter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealingKeysTest {
    static final RegistryLogin LOGIN = new RegistryLogin("me", "hunter22", null, null, "r.example:5000");
    private static final SealedFor USE = new SealedFor("j", "p", "r.example:5000/a:1", 1_800_000_000);

    static String line(String kid, int fill) {
        return kid + ":" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(fill));
    }

    static byte[] bytes(int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }

    static SealingKeys keys(String... lines) throws SealingException {
        return SealingKeys.parse(List.of(lines), "keys");
    }

    private static String sealed(JWEHeader header, String payload) throws Exception {
        JWEObject jwe = new JWEObject(header, new Payload(payload.getBytes(StandardCharsets.UTF_8)));
        jwe.encrypt(new DirectEncrypter(bytes(1)));
        return jwe.serialize();
    }

    private static JWEHeader.Builder header(EncryptionMethod method) {
        return new JWEHeader.Builder(JWEAlgorithm.DIR, method).keyID("a");
    }

    @Nested
    class ASealedLogin {
        @Test
        void isOpenedByWhoeverHoldsTheKey() throws Exception {
            String sealed = keys(line("a", 1)).seal(LOGIN, USE);
            assertThat(keys(line("b", 2), line("a", 1)).open(sealed)).isEqualTo(new SealingKeys.Opened(LOGIN, USE));
        }

        @Test
        void isACompactJweThatNamesItsKeyAndShowsNothingElse() throws Exception {
            String sealed =
                    keys("# the new one", line("b", 2), "", line("a", 1)).seal(LOGIN, USE);
            String[] parts = sealed.split("\\.", -1);
            assertThat(parts).hasSize(5);
            assertThat(parts[1]).isEmpty();
            assertThat(new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8))
                    .contains("\"alg\":\"dir\"", "\"enc\":\"A256GCM\"", "\"kid\":\"b\"");
            assertThat(sealed).isNotEqualTo(keys(line("b", 2)).seal(LOGIN, USE));
        }

        @Test
        void carriesDockersNamesSoThatOthersCanSealToo() throws Exception {
            String sealed = sealed(
                    header(EncryptionMethod.A256GCM).build(),
                    "{\"username\":\"u\",\"identitytoken\":\"i\",\"registrytoken\":\"r\",\"serveraddress\":\"s\",\"x\":1,"
                            + "\"job\":\"j\",\"image\":\"s/a\",\"exp\":7}");
            assertThat(keys(line("a", 1)).open(sealed))
                    .isEqualTo(new SealingKeys.Opened(
                            new RegistryLogin("u", null, "i", "r", "s"), new SealedFor("j", null, "s/a", 7)));
        }

        @Test
        void namesItsRegistry() throws Exception {
            SealingKeys keys = keys(line("a", 1));
            assertThatThrownBy(() -> keys.seal(new RegistryLogin("u", "p", null, null, null), USE))
                    .isInstanceOf(IllegalArgumentException.class);
            String sealed = sealed(header(EncryptionMethod.A256GCM).build(), "{\"username\":\"u\"}");
            assertThatThrownBy(() -> keys.open(sealed))
                    .isInstanceOf(SealingException.class)
                    .hasMessageContaining("serveraddress");
        }
    }

    @Nested
    class ALoginForNoUse {
        @Test
        void isNotSealed() throws Exception {
            SealingKeys keys = keys(line("a", 1));
            for (SealedFor use : List.of(
                    new SealedFor(null, "p", "r.example/a", 7),
                    new SealedFor("j", "p", null, 7),
                    new SealedFor("j", "p", "r.example/a", 0))) {
                assertThatThrownBy(() -> keys.seal(LOGIN, use)).isInstanceOf(IllegalArgumentException.class);
            }
        }

        @Test
        void isNotOpened() throws Exception {
            for (String claims : List.of(
                    "",
                    ",\"job\":\"j\",\"image\":\"s/a\"",
                    ",\"job\":\"j\",\"exp\":7",
                    ",\"image\":\"s/a\",\"exp\":7",
                    ",\"job\":\"j\",\"image\":\"s/a\",\"exp\":-1",
                    ",\"job\":{},\"image\":\"s/a\",\"exp\":7")) {
                String sealed = sealed(
                        header(EncryptionMethod.A256GCM).build(),
                        "{\"username\":\"hunter22\",\"password\":\"x\",\"serveraddress\":\"s\"" + claims + "}");
                assertThatThrownBy(() -> keys(line("a", 1)).open(sealed))
                        .as(claims)
                        .isInstanceOf(SealingException.class)
                        .message()
                        .contains("job", "image", "exp")
                        .doesNotContain("hunter22");
            }
        }
    }

    @Nested
    class IsNotOpened {
        @Test
        void withoutItsKey() throws Exception {
            String sealed = keys(line("a", 1)).seal(LOGIN, USE);
            assertThatThrownBy(() -> keys(line("b", 2)).open(sealed))
                    .isInstanceOf(SealingException.class)
                    .message()
                    .as("no tenant is told the names of keys")
                    .doesNotContain("[b]", "'b'");
            assertThatThrownBy(() -> keys(line("a", 2)).open(sealed))
                    .isInstanceOf(SealingException.class)
                    .hasMessageContaining("another key")
                    .message()
                    .doesNotContain("key a");
        }

        @Test
        void afterAnyChange() throws Exception {
            SealingKeys keys = keys(line("a", 1));
            String sealed = keys.seal(LOGIN, USE);
            int dot = sealed.lastIndexOf('.');
            char other = sealed.charAt(dot - 3) == 'A' ? 'B' : 'A';
            String changed = sealed.substring(0, dot - 3) + other + sealed.substring(dot - 2);
            assertThatThrownBy(() -> keys.open(changed)).isInstanceOf(SealingException.class);
        }

        @Test
        void ifItIsSealedInAnotherWay() throws Exception {
            SealingKeys keys = keys(line("a", 1));
            String compressed = sealed(
                    header(EncryptionMethod.A256GCM)
                            .compressionAlgorithm(CompressionAlgorithm.DEF)
                            .build(),
                    "{\"serveraddress\":\"s\"}");
            String otherMethod = sealed(header(EncryptionMethod.A128CBC_HS256).build(), "{\"serveraddress\":\"s\"}");
            String noJson = sealed(header(EncryptionMethod.A256GCM).build(), "hunter22");
            for (String text : List.of(compressed, otherMethod, noJson, "", "a.b.c", "hunter22")) {
                assertThatThrownBy(() -> keys.open(text))
                        .isInstanceOf(SealingException.class)
                        .hasNoCause()
                        .message()
                        .doesNotContain("hunter22");
            }
        }
    }

    @Nested
    class AFileOfKeys {
        @TempDir
        Path folder;

        @Test
        void isReadAgainByWhoeverReadsItAgain() throws Exception {
            Path file = folder.resolve("keys");
            Files.writeString(file, line("a", 1) + "\n");
            String sealed = SealingKeys.read(file).seal(LOGIN, USE);
            Files.writeString(file, line("b", 2) + "\n" + line("a", 1) + "\n");
            assertThat(SealingKeys.read(file).open(sealed).login()).isEqualTo(LOGIN);
        }

        @Test
        void isRefusedWithTheLineAndWithoutWhatIsInIt() {
            for (String wrong : List.of("hunter22", "a:hunter22", "a:" + "A".repeat(44), ":x", "a b:x")) {
                assertThatThrownBy(() -> keys(line("ok", 1), wrong))
                        .as(wrong)
                        .isInstanceOf(SealingException.class)
                        .hasMessageStartingWith("keys, line 2: ")
                        .message()
                        .doesNotContain("hunter22");
            }
            assertThatThrownBy(() -> keys(line("a", 1), line("a", 2))).hasMessageContaining("twice");
            assertThatThrownBy(() -> keys("# nothing")).hasMessageContaining("no key");
            assertThatThrownBy(() -> SealingKeys.read(folder.resolve("none"))).hasMessageContaining("does not exist");
        }
    }

    @Test
    void nothingShowsASecret() throws Exception {
        assertThat(LOGIN.toString()).contains("r.example:5000").doesNotContain("hunter22", "me");
        assertThat(keys(line("a", 1)).toString()).isEqualTo("SealingKeys[a]");
    }
}
