// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.worker.stream.EngineMessage.Digest;
import dev.pullcast.worker.stream.EngineMessage.Finished;
import dev.pullcast.worker.stream.EngineMessage.LayerMessage;
import dev.pullcast.worker.stream.EngineMessage.Note;
import dev.pullcast.worker.stream.EngineMessage.PullingFrom;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlainOutputDecoderTest {
    /** As docker 28.2 wrote it against dockerd 20.10, with lines of other runs between. */
    private static final String OUTPUT = """
        1: Pulling from f/ä
        da6962bb72c1: Pulling fs layer
        6ee7c0f59d83: Already exists
        4998b1b3540d: Waiting
        da6962bb72c1: Retrying in 5 seconds\r
        da6962bb72c1: Downloading [=====>    ]  1.2MB/3MB
        da6962bb72c1: Verifying Checksum
        da6962bb72c1: Download complete
        da6962bb72c1: Something new
        da6962bb72c1: Pull complete
        Digest: sha256:a11a
        Status: Downloaded newer image for 127.0.0.1:5006/f/a:1
        127.0.0.1:5006/f/a:1\
        """;

    private static List<EngineMessage> decode(byte[] bytes, int chunk) {
        List<EngineMessage> messages = new ArrayList<>();
        PlainOutputDecoder decoder = new PlainOutputDecoder(messages::add);
        for (int from = 0; from < bytes.length; from += chunk) {
            decoder.feed(bytes, from, Math.min(bytes.length, from + chunk));
        }
        decoder.end();
        return messages;
    }

    private static LayerMessage layer(String id, LayerStep step) {
        return new LayerMessage(id, step, null, null, null);
    }

    @Test
    void everyLineIsOneMessageInTheWordsOfTheStream() {
        assertThat(decode(OUTPUT.getBytes(StandardCharsets.UTF_8), 1_000_000))
                .containsExactly(
                        new PullingFrom("f/ä", "1"),
                        layer("da6962bb72c1", LayerStep.PULLING_FS_LAYER),
                        layer("6ee7c0f59d83", LayerStep.ALREADY_EXISTS),
                        layer("4998b1b3540d", LayerStep.WAITING),
                        new LayerMessage("da6962bb72c1", LayerStep.RETRYING, null, null, 5L),
                        layer("da6962bb72c1", LayerStep.DOWNLOADING),
                        layer("da6962bb72c1", LayerStep.VERIFYING),
                        layer("da6962bb72c1", LayerStep.DOWNLOAD_COMPLETE),
                        new Note("da6962bb72c1: Something new"),
                        layer("da6962bb72c1", LayerStep.PULL_COMPLETE),
                        new Digest("sha256:a11a"),
                        new Finished("Downloaded newer image for 127.0.0.1:5006/f/a:1"),
                        new Note("127.0.0.1:5006/f/a:1"));
    }

    @Test
    void howTheOutputIsCutChangesNothing() {
        byte[] bytes = OUTPUT.getBytes(StandardCharsets.UTF_8);
        List<EngineMessage> whole = decode(bytes, bytes.length);
        for (int chunk = 1; chunk < bytes.length; chunk++) {
            assertThat(decode(bytes, chunk)).as("chunks of %d bytes", chunk).isEqualTo(whole);
        }
    }

    @Test
    void aTagThatLooksLikeALayerIsNone() {
        assertThat(decode("0123456789ab: Pulling from a/b\n".getBytes(StandardCharsets.UTF_8), 7))
                .containsExactly(new PullingFrom("a/b", "0123456789ab"));
    }

    @Test
    void aLineWithoutEndIsCutAndTheNextOneIsUnderstood() {
        String endless = "x".repeat(5_000_000) + "\nda6962bb72c1: Pull complete\n";
        List<EngineMessage> messages = decode(endless.getBytes(StandardCharsets.UTF_8), 8192);
        assertThat(messages).hasSize(2).last().isEqualTo(layer("da6962bb72c1", LayerStep.PULL_COMPLETE));
        assertThat(((Note) messages.getFirst()).text()).hasSizeLessThan(17_000);
    }
}
