// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.image.ImageReference.InvalidReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Docker's rules, as github.com/distribution/reference has them and its own tests show them. */
class ImageReferenceTest {
    private static final String HEX = "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a";
    private static final String SHA256 = "sha256:" + HEX;
    private static final String SHA512 = "sha512:" + HEX + HEX;

    @Nested
    class AReference {
        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                alpine                               | docker.io/library/alpine:latest                  | alpine:latest
                alpine:3.20                          | docker.io/library/alpine:3.20                    | alpine:3.20
                library/ubuntu                       | docker.io/library/ubuntu:latest                  | ubuntu:latest
                docker.io/foo                        | docker.io/library/foo:latest                     | foo:latest
                docker.io/library/foo                | docker.io/library/foo:latest                     | foo:latest
                index.docker.io/debian               | docker.io/library/debian:latest                  | debian:latest
                index.docker.io/library/debian:12    | docker.io/library/debian:12                      | debian:12
                index.docker.io/fooo/bar             | docker.io/fooo/bar:latest                        | fooo/bar:latest
                index.docker.io                      | docker.io/library/index.docker.io:latest         | index.docker.io:latest
                library/foo/bar                      | docker.io/library/foo/bar:latest                 | library/foo/bar:latest
                store/foo/bar                        | docker.io/store/foo/bar:latest                   | store/foo/bar:latest
                other/library                        | docker.io/other/library:latest                   | other/library:latest
                localhost/fooo                       | localhost/fooo:latest                            | localhost/fooo:latest
                localhost/fooo/bar                   | localhost/fooo/bar:latest                        | localhost/fooo/bar:latest
                localhost                            | docker.io/library/localhost:latest               | localhost:latest
                localhost:5000                       | docker.io/library/localhost:5000                 | localhost:5000
                localhost:5000/app                   | localhost:5000/app:latest                        | localhost:5000/app:latest
                localhost:5000/app:1                 | localhost:5000/app:1                             | localhost:5000/app:1
                test:5000/repo                       | test:5000/repo:latest                            | test:5000/repo:latest
                LOCALDOMAIN/library/debian           | LOCALDOMAIN/library/debian:latest                | LOCALDOMAIN/library/debian:latest
                Foo/bar                              | Foo/bar:latest                                   | Foo/bar:latest
                192.168.0.1                          | docker.io/library/192.168.0.1:latest             | 192.168.0.1:latest
                192.168.0.1:80                       | docker.io/library/192.168.0.1:80                 | 192.168.0.1:80
                192.168.0.1:8/debian                 | 192.168.0.1:8/debian:latest                      | 192.168.0.1:8/debian:latest
                192.168.1.1:5000/repo:5050           | 192.168.1.1:5000/repo:5050                       | 192.168.1.1:5000/repo:5050
                [2001:db8::1]/repo                   | [2001:db8::1]/repo:latest                        | [2001:db8::1]/repo:latest
                [2001:db8::1]:5000/repo:tag          | [2001:db8::1]:5000/repo:tag                      | [2001:db8::1]:5000/repo:tag
                [fc00:1:2:3:4:5:6:7]:5000/a/b        | [fc00:1:2:3:4:5:6:7]:5000/a/b:latest             | [fc00:1:2:3:4:5:6:7]:5000/a/b:latest
                xn--n3h.com/myimage:xn--n3h.com      | xn--n3h.com/myimage:xn--n3h.com                  | xn--n3h.com/myimage:xn--n3h.com
                b.gcr.io/test.example.com/my-app     | b.gcr.io/test.example.com/my-app:latest          | b.gcr.io/test.example.com/my-app:latest
                lowercase:Uppercase                  | docker.io/library/lowercase:Uppercase            | lowercase:Uppercase
                docker---rules/docker                | docker.io/docker---rules/docker:latest           | docker---rules/docker:latest
                dock__er/docker                      | docker.io/dock__er/docker:latest                 | dock__er/docker:latest
                d/docker                             | docker.io/d/docker:latest                        | d/docker:latest
                foo/foo_bar.com:8080                 | docker.io/foo/foo_bar.com:8080                   | foo/foo_bar.com:8080
                alpine:_t.-                          | docker.io/library/alpine:_t.-                    | alpine:_t.-
                """)
        void isNormalisedAsDockerDoes(String text, String canonical, String familiar) {
            ImageReference reference = ImageReference.parse(text);
            assertThat(reference.canonical()).isEqualTo(canonical);
            assertThat(reference.familiar()).isEqualTo(familiar);
            assertThat(ImageReference.parse(canonical)).isEqualTo(reference);
            assertThat(ImageReference.parse(familiar)).isEqualTo(reference);
            assertThat(reference).hasToString(canonical);
        }

        @Test
        void withADigestGetsNoTag() {
            assertThat(ImageReference.parse("alpine@" + SHA256))
                    .isEqualTo(new ImageReference("docker.io", "library/alpine", null, SHA256));
            assertThat(ImageReference.parse("test:5000/repo@" + SHA512).canonical())
                    .isEqualTo("test:5000/repo@" + SHA512);
        }

        @Test
        void keepsTagAndDigest() {
            ImageReference reference = ImageReference.parse("alpine:3.20@" + SHA256);
            assertThat(reference).isEqualTo(new ImageReference("docker.io", "library/alpine", "3.20", SHA256));
            assertThat(reference.canonical()).isEqualTo("docker.io/library/alpine:3.20@" + SHA256);
            assertThat(reference.familiar()).isEqualTo("alpine:3.20@" + SHA256);
            assertThat(reference.name()).isEqualTo("docker.io/library/alpine");
        }

        @Test
        void whoseNameLooksLikeAnIdIsOneWithAHost() {
            assertThat(ImageReference.parse("docker.io/" + HEX).path()).isEqualTo("library/" + HEX);
            assertThat(ImageReference.parse(HEX + ":1").path()).isEqualTo("library/" + HEX);
            assertThat(ImageReference.parse(HEX.substring(1)).path()).isEqualTo("library/" + HEX.substring(1));
        }

        @Test
        void mayHaveAPathOf255CharactersWhateverItsHost() {
            assertThat(ImageReference.parse("registry.example.com:5000/" + "a".repeat(255) + ":t")
                            .path())
                    .hasSize(255);
            assertThat(ImageReference.parse("a".repeat(247)).path()).hasSize(255);
            assertThat(ImageReference.parse("a." + "b".repeat(251) + ":65535/c").domain())
                    .hasSize(259);
        }

        @Test
        void mayHaveATagOf128Characters() {
            assertThat(ImageReference.parse("a:" + "t".repeat(128)).tag()).hasSize(128);
        }
    }

    @Nested
    class ATextThatIsNone {
        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                ''                                      | it is empty
                B                                       | the repository name must be lower case
                docker/Docker                           | the repository name must be lower case
                docker.io/docker/Docker                 | the repository name must be lower case
                test:5000/Uppercase/lowercase:tag       | the repository name must be lower case
                :justtag                                | the repository name is missing
                docker/                                 | the repository name may have
                alpine:                                 | the tag must be
                alpine:.t                               | the tag must be
                alpine:-t                               | the tag must be
                alpine:t!                               | the tag must be
                -docker                                 | the repository name may have
                docker-/docker                          | the repository name may have
                ____/____                               | the repository name may have
                _docker/_docker                         | the repository name may have
                dock..er/docker                         | is not a host with an optional port
                docker/dock..er                         | the repository name may have
                docker/dock_.er                         | the repository name may have
                docker/dock-.er                         | the repository name may have
                docker///docker                         | the repository name may have
                docker.io/docker///docker               | the repository name may have
                -docker.io/docker/docker                | is not a host with an optional port
                https://github.com/docker/docker        | is not a host with an optional port
                aa/asdf$$^/aa                           | the repository name may have
                [fc00::1]                               | the tag must be
                [fc00::1]:5000                          | the repository name may have
                fc00::1:5000/debian                     | is not a host with an optional port
                [fe80::1%eth0]:5000/debian              | is not a host with an optional port
                [2001:db8:3:4::192.0.2.33]:5000/debian  | is not a host with an optional port
                host:port/repo                          | is not a host with an optional port
                ' alpine'                               | the repository name may have
                'alpine '                               | the repository name may have
                alpine latest                           | the repository name may have
                alpiné                                  | the repository name may have
                """)
        void isRefusedWithTheReason(String text, String why) {
            assertThatThrownBy(() -> ImageReference.parse(text))
                    .isInstanceOf(InvalidReference.class)
                    .hasMessageContaining("invalid image reference '" + text + "'")
                    .hasMessageContaining(why);
        }

        @ParameterizedTest
        @CsvSource(textBlock = """
                alpine@                                          , ***@
                alpine@sha256:ffffffffffffffffffffffffffffffffff , ***@sha256:ffffffffffffffffffffffffffffffffff
                alpine@md5:d41d8cd98f00b204e9800998ecf8427e      , ***@md5:d41d8cd98f00b204e9800998ecf8427e
                user:s3cret@reg.io/x                             , ***@reg.io/x
                https://user:s3cret@reg.io/x                     , ***@reg.io/x
                s3cret-token@reg.io/x:1                          , ***@reg.io/x:1
                user:s3@cr@et@reg.io/x                           , ***@reg.io/x
                user:s3/cret@reg.io/x                            , ***@reg.io/x
                user:s3cret@sha256:1                             , ***@sha256:1
                """)
        void becauseNoDigestFollowsAnAtIsShownWithoutWhatStandsBefore(String text, String shown) {
            assertThatThrownBy(() -> ImageReference.parse(text))
                    .isInstanceOf(InvalidReference.class)
                    .hasMessageContaining("invalid image reference '" + shown + "'")
                    .hasMessageContaining("the digest must be");
            assertThatThrownBy(() -> ImageReference.parse(text + '@' + SHA256))
                    .hasMessageNotContaining("s3")
                    .hasMessageNotContaining("user");
        }

        @ParameterizedTest
        @ValueSource(strings = {HEX, SHA256})
        void becauseItIsAnIdIsRefused(String id) {
            assertThatThrownBy(() -> ImageReference.parse(id)).hasMessageContaining("ids cannot be pulled");
        }

        @Test
        void becauseADigestHasTheWrongLengthOrCaseIsRefused() {
            for (String digest : new String[] {
                SHA256 + "0", "sha512:" + HEX, "sha256:" + HEX.toUpperCase(java.util.Locale.ROOT), SHA256 + "@" + SHA256
            }) {
                assertThatThrownBy(() -> ImageReference.parse("alpine@" + digest))
                        .hasMessageContaining("the digest must be");
            }
        }

        @Test
        void becauseItIsTooLongIsRefusedHoweverLong() {
            for (int length : new int[] {256, 100_000}) {
                assertThatThrownBy(() -> ImageReference.parse("domain/" + "a".repeat(length)))
                        .isInstanceOf(InvalidReference.class)
                        .hasMessageContaining("longer than 255");
                assertThatThrownBy(() -> ImageReference.parse("domain" + "/a.b".repeat(length)))
                        .isInstanceOf(InvalidReference.class)
                        .hasMessageContaining("longer than 255");
                assertThatThrownBy(() -> ImageReference.parse("a" + ".b".repeat(length) + "/c"))
                        .isInstanceOf(InvalidReference.class)
                        .hasMessageContaining("longer than 253");
                assertThatThrownBy(() -> ImageReference.parse("a:" + "t".repeat(length)))
                        .isInstanceOf(InvalidReference.class)
                        .hasMessageContaining("the tag must be");
            }
            // "library/" counts, as it is part of the repository's name.
            assertThatThrownBy(() -> ImageReference.parse("a".repeat(248))).hasMessageContaining("longer than 255");
        }

        @Test
        void isShownShortAndOnOneLine() {
            assertThatThrownBy(() -> ImageReference.parse("a\nb\u0007\u009b\u202e\u2028\ud800"))
                    .hasMessageStartingWith("invalid image reference 'a?b?????'");
            assertThatThrownBy(() -> ImageReference.parse("A".repeat(5000)))
                    .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
        }
    }
}
