// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.image.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class EngineImagesIT {
    private static final String HEX = "0123456789abcdef".repeat(4);

    private final ScriptedServer server;

    EngineImagesIT() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Nested
    class OfAnEngineThatAnswers {
        private EngineImages images;

        @BeforeEach
        void read() throws IOException {
            answer(200, """
                    [{"Containers":-1,"Id":"sha256:1","Labels":{"a":"b"},"ParentId":"","Size":4096,
                      "RepoTags":["alpine:3.20","127.0.0.1:5005/app:1"],
                      "RepoDigests":["alpine@sha256:%s","127.0.0.1:5005/app@sha256:%s"]},
                     {"Id":"sha256:2","RepoTags":null,"RepoDigests":["<none>@<none>"],"Size":1},
                     {"Id":"sha256:3","RepoTags":["docker.io/library/busybox:latest"],"RepoDigests":null}]
                    """.formatted(HEX, HEX.replace('0', 'f')));
            images = EngineImages.read(Origin.parse(server.url()));
        }

        @Test
        void oneRequestTellsAll() {
            assertThat(server.heads()).singleElement().asString().startsWith("GET /images/json HTTP/1.1\n");
        }

        @Test
        void namesAreComparedInTheirCanonicalForm() {
            assertThat(find("docker.io/library/alpine:3.20")).isTrue();
            assertThat(find("busybox")).isTrue();
            assertThat(find("127.0.0.1:5005/app:1")).isTrue();
            assertThat(find("alpine")).isFalse();
            assertThat(find("127.0.0.1:5005/app:2")).isFalse();
        }

        @Test
        void aDigestIsFoundOnlyUnderTheTagThatIsAskedForWithIt() {
            assertThat(find("alpine@sha256:" + HEX)).isTrue();
            assertThat(find("alpine:3.20@sha256:" + HEX)).isTrue();
            assertThat(find("alpine:3.21@sha256:" + HEX)).isFalse();
            assertThat(find("app@sha256:" + HEX)).isFalse();
        }

        @Test
        void theDigestIsThatOfTheRepositoryThatIsAskedFor() {
            ImageReference app = ImageReference.parse("127.0.0.1:5005/app:1");
            EngineImages.Image image = images.find(app).orElseThrow();
            assertThat(image.digestOf(app)).isEqualTo("sha256:" + HEX.replace('0', 'f'));
            assertThat(image.bytes()).isEqualTo(4096);
            ImageReference box = ImageReference.parse("busybox");
            assertThat(images.find(box).orElseThrow().digestOf(box)).isNull();
        }

        private boolean find(String image) {
            return images.find(ImageReference.parse(image)).isPresent();
        }
    }

    @Nested
    class OfSomethingElse {
        @Test
        void anErrorIsTold() {
            answer(500, "{\"message\":\"no such thing\"}");
            assertThatThrownBy(() -> EngineImages.read(Origin.parse(server.url())))
                    .hasMessageContaining("HTTP status 500")
                    .hasMessageContaining("no such thing");
        }

        @Test
        void whatIsNoListOfImagesIsAnError() {
            for (String body : new String[] {"<html>", "{}", "[{\"Id\":"}) {
                answer(200, body);
                assertThatThrownBy(() -> EngineImages.read(Origin.parse(server.url())))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("not a list of images");
            }
        }
    }

    private void answer(int status, String body) {
        server.answer("HTTP/1.1 " + status + " Whatever\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }
}
