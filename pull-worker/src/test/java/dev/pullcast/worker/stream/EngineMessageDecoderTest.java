// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.worker.stream.EngineMessage.Digest;
import dev.pullcast.worker.stream.EngineMessage.Failure;
import dev.pullcast.worker.stream.EngineMessage.Finished;
import dev.pullcast.worker.stream.EngineMessage.LayerMessage;
import dev.pullcast.worker.stream.EngineMessage.Note;
import dev.pullcast.worker.stream.EngineMessage.PullingFrom;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineMessageDecoderTest {
    private final List<EngineMessage> messages = new ArrayList<>();
    private final EngineMessageDecoder decoder = new EngineMessageDecoder(messages::add);

    private void feed(String text) throws DecodeException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        decoder.feed(bytes, 0, bytes.length);
    }

    private EngineMessage only(String text) throws DecodeException {
        feed(text);
        assertThat(messages).hasSize(1);
        return messages.getFirst();
    }

    @Nested
    class OneMessage {
        @Test
        void ofALayerHasTheBytesOfTheStep() throws DecodeException {
            assertThat(only("{\"status\":\"Downloading\",\"progressDetail\":{\"current\":217088,\"total\":20978166},"
                            + "\"progress\":\"[\\u003e      ]  217.1kB/20.98MB\",\"id\":\"01060f89df1c\"}"))
                    .isEqualTo(new LayerMessage("01060f89df1c", LayerStep.DOWNLOADING, 217088L, 20978166L, null));
        }

        @ParameterizedTest
        @CsvSource({
            "Pulling fs layer,PULLING_FS_LAYER",
            "Waiting,WAITING",
            "Downloading,DOWNLOADING",
            "Verifying Checksum,VERIFYING",
            "Download complete,DOWNLOAD_COMPLETE",
            "Extracting,EXTRACTING",
            "Pull complete,PULL_COMPLETE",
            "Already exists,ALREADY_EXISTS"
        })
        void namesTheStepInTheEnginesWords(String words, LayerStep step) throws DecodeException {
            assertThat(step.words()).isEqualTo(words);
            assertThat(only("{\"status\":\"" + words + "\",\"progressDetail\":{},\"id\":\"a\"}"))
                    .isEqualTo(new LayerMessage("a", step, null, null, null));
        }

        @ParameterizedTest
        @CsvSource({"Retrying in 5 seconds,5", "Retrying in 1 second,1", "Retrying in 25 seconds,25"})
        void ofARetryHasTheSecondsUntilThen(String words, long seconds) throws DecodeException {
            assertThat(only("{\"status\":\"" + words + "\",\"progressDetail\":{},\"id\":\"a\"}"))
                    .isEqualTo(new LayerMessage("a", LayerStep.RETRYING, null, null, seconds));
        }

        @Test
        void ofTheContainerdStoreHasSecondsOfExtraction() throws DecodeException {
            assertThat(only("{\"status\":\"Extracting\",\"progressDetail\":{\"current\":3,\"units\":\"s\"},"
                            + "\"progress\":\"3 s\",\"id\":\"a\"}"))
                    .isEqualTo(new LayerMessage("a", LayerStep.EXTRACTING, null, null, 3L));
        }

        @Test
        void withAnIdButNoProgressDetailSpeaksOfTheTag() throws DecodeException {
            assertThat(only("{\"status\":\"Pulling from team/app\",\"id\":\"1\"}"))
                    .isEqualTo(new PullingFrom("team/app", "1"));
        }

        @Test
        void withAnIdButNoProgressDetailIsNoLayerWhateverItSays() throws DecodeException {
            assertThat(only("{\"status\":\"Downloading\",\"id\":\"0123456789ab\"}"))
                    .isEqualTo(new Note("Downloading"));
        }

        @Test
        void mayBeTheDigestOrTheStatus() throws DecodeException {
            feed("{\"status\":\"Digest: sha256:ab\"}{\"status\":\"Status: Image is up to date for a:1\"}");
            assertThat(messages).containsExactly(new Digest("sha256:ab"), new Finished("Image is up to date for a:1"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"errorDetail\":{\"message\":\"no space left\"},\"error\":\"no space left\"}",
                    "{\"progressDetail\":{},\"errorDetail\":{\"message\":\"no space left\"},\"error\":\"x\"}",
                    "{\"error\":\"no space left\",\"errorDetail\":{\"code\":1,\"message\":\"no space left\"}}",
                    "{\"error\":\"no space left\"}",
                    "{\"error\":\"no space left\",\"errorDetail\":{}}",
                    "{\"status\":\"Status: Downloaded\",\"error\":\"no space left\"}"
                })
        void withAnErrorIsAFailureWithOrWithoutStatus(String text) throws DecodeException {
            assertThat(only(text)).isEqualTo(new Failure("no space left"));
        }

        @Test
        void withAnEmptyErrorDetailIsAFailureToo() throws DecodeException {
            assertThat(only("{\"errorDetail\":{}}")).isInstanceOf(Failure.class);
        }

        @Test
        void withErrorsThatAreNullIsNone() throws DecodeException {
            assertThat(only("{\"status\":\"Digest: sha256:ab\",\"error\":null,\"errorDetail\":null}"))
                    .isEqualTo(new Digest("sha256:ab"));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{\"status\":\"WARNING: old\"}|WARNING: old",
                    "{\"status\":\"Unzipping\",\"progressDetail\":{},\"id\":\"a\"}|a: Unzipping",
                    "{\"stream\":\"Copying blob\"}|Copying blob",
                    "{\"message\":\"page not found\"}|page not found",
                    "{\"aux\":{\"ID\":\"x\",\"list\":[1,[2]]}}|message without status, with aux",
                    "{}|message without status"
                })
        void ofAnUnknownKindIsANote(String text, String note) throws DecodeException {
            assertThat(only(text)).isEqualTo(new Note(note));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"current\":-1,\"total\":0",
                    "\"current\":1.5,\"total\":\"9\"",
                    "\"current\":null,\"total\":123456789012345678901234567890",
                    "\"nested\":{\"current\":7,\"total\":8}",
                    "\"list\":[{\"total\":8}]"
                })
        void withNumbersThatMeanNothingHasNone(String numbers) throws DecodeException {
            assertThat(only("{\"status\":\"Downloading\",\"progressDetail\":{" + numbers + "},\"id\":\"a\"}"))
                    .isEqualTo(new LayerMessage("a", LayerStep.DOWNLOADING, null, null, null));
        }

        @Test
        void mayHaveMembersInAnyOrderAndMoreThanAreKnown() throws DecodeException {
            assertThat(only("{\"x\":[{\"status\":\"no\"}],\"id\":\"a\",\"progressDetail\":{\"y\":{\"z\":1},\"total\":2,"
                            + "\"current\":1},\"time\":1.5e3,\"ok\":true,\"status\":\"Extracting\"}"))
                    .isEqualTo(new LayerMessage("a", LayerStep.EXTRACTING, 1L, 2L, null));
        }

        @Test
        void keepsNothingOfTheOneBefore() throws DecodeException {
            feed("{\"status\":\"Extracting\",\"progressDetail\":{\"current\":3,\"units\":\"s\"},\"id\":\"a\"}");
            feed("{\"status\":\"Downloading\",\"progressDetail\":{},\"id\":\"b\"}{\"errorDetail\":{}}{}");
            assertThat(messages.get(1)).isEqualTo(new LayerMessage("b", LayerStep.DOWNLOADING, null, null, null));
            assertThat(messages.get(3)).isEqualTo(new Note("message without status"));
        }

        @Test
        void hasItsTextShortenedBetweenCharacters() throws DecodeException {
            EngineMessage message = only("{\"error\":\"" + "😀".repeat(10_000) + "\"}");
            assertThat(message)
                    .isInstanceOfSatisfying(
                            Failure.class,
                            failure -> assertThat(failure.message())
                                    .hasSizeLessThanOrEqualTo(8192)
                                    .matches("(😀)+…"));
        }

        @Test
        void withAHugeIdIsNoLayer() throws DecodeException {
            assertThat(only("{\"status\":\"Waiting\",\"progressDetail\":{},\"id\":\"" + "a".repeat(1000) + "\"}"))
                    .isInstanceOf(Note.class);
        }
    }

    @Nested
    class ManyMessages {
        private static final String STREAM =
                "{\"status\":\"Pulling from té/😀\",\"id\":\"1\"}\r\n{\"status\":\"Waiting\",\"progressDetail\":{},\"id\":\"ä\\u00e9\\ud83d\\ude00\"}"
                        + "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1,\"total\":22},\"progress\":\"[\\u003e]\\\\\",\"id\":\"b\"}\n\n \t"
                        + "{\"status\":\"Digest: sha256:ab\"}\n";

        @Test
        void areTheSameHoweverTheBytesAreCut() throws DecodeException {
            byte[] bytes = STREAM.getBytes(StandardCharsets.UTF_8);
            List<EngineMessage> expected = List.of(
                    new PullingFrom("té/😀", "1"),
                    new LayerMessage("äé😀", LayerStep.WAITING, null, null, null),
                    new LayerMessage("b", LayerStep.DOWNLOADING, 1L, 22L, null),
                    new Digest("sha256:ab"));
            for (int first = 0; first <= bytes.length; first++) {
                for (int second = first; second <= bytes.length; second++) {
                    messages.clear();
                    EngineMessageDecoder cut = new EngineMessageDecoder(messages::add);
                    cut.feed(bytes, 0, first);
                    cut.feed(bytes, first, second);
                    cut.feed(bytes, second, bytes.length);
                    cut.end();
                    assertThat(messages).as("cut at %d and %d", first, second).isEqualTo(expected);
                }
            }
        }

        @Test
        void comeOutAsSoonAsTheyAreWhole() throws DecodeException {
            feed("{\"status\":\"Digest: a\"");
            assertThat(messages).isEmpty();
            feed("}");
            assertThat(messages).containsExactly(new Digest("a"));
        }

        @Test
        void doNotKeepTheArray() throws DecodeException {
            byte[] bytes = "{\"status\":\"Digest: sha256:ab\"}".getBytes(StandardCharsets.UTF_8);
            decoder.feed(bytes, 0, 20);
            byte[] rest = Arrays.copyOfRange(bytes, 20, bytes.length);
            Arrays.fill(bytes, (byte) 'x');
            decoder.feed(rest, 0, rest.length);
            assertThat(messages).containsExactly(new Digest("sha256:ab"));
        }

        @Test
        void mayHaveACommaTooMuchHoweverTheBytesAreCut() throws DecodeException {
            byte[] bytes = "{\"status\":\"Digest: a\",}".getBytes(StandardCharsets.UTF_8);
            for (int size = 1; size <= bytes.length; size++) {
                messages.clear();
                EngineMessageDecoder cut = new EngineMessageDecoder(messages::add);
                for (int from = 0; from < bytes.length; from += size) {
                    cut.feed(bytes, from, Math.min(from + size, bytes.length));
                }
                cut.end();
                assertThat(messages).containsExactly(new Digest("a"));
            }
        }

        @Test
        void mayBeNone() throws DecodeException {
            feed(" \r\n\n");
            decoder.end();
            assertThat(messages).isEmpty();
        }
    }

    @Nested
    class ABrokenStream {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"status\":\"Digest: a\"}}",
                    "{\"status\":\"Digest: a\"}]",
                    "{\"status\":\"Digest: a\"}[]",
                    "{\"status\":\"Digest: a\"},{\"status\":\"Digest: b\"}",
                    "{\"status\":\"Digest: a\"}12 ",
                    "{\"status\":\"Digest: a\"}\"text\"",
                    "{\"status\":\"Digest: a\"}null ",
                    "{\"status\":\"Digest: a\"}client version 1.10 is too old",
                    "{\"status\":\"Digest: a\"}<html>",
                    "{\"status\":\"Digest: a\"}{\"status\":\"Dig\nest\"}",
                    "{\"status\":\"Digest: a\"}{\"status\" \"x\"}",
                    "{\"status\":\"Digest: a\"}{status:1}",
                    "{\"status\":\"Digest: a\"}{\"a\":01}",
                    "{\"status\":\"Digest: a\"}{\"a\":\"\\x\"}",
                    "{\"status\":\"Digest: a\"}{\"a\":[}",
                    "{\"status\":\"Digest: a\"}{\"status\":}",
                    "{\"status\":\"Digest: a\"}{\"a\":{\"b\": }}",
                    "{\"status\":\"Digest: a\"}\u0000"
                })
        void failsOnceAfterWhatWasWholeHoweverTheBytesAreCut(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            for (int size = 1; size <= bytes.length; size++) {
                messages.clear();
                EngineMessageDecoder cut = new EngineMessageDecoder(messages::add);
                int failures = 0;
                for (int from = 0; from < bytes.length; from += size) {
                    try {
                        cut.feed(bytes, from, Math.min(from + size, bytes.length));
                    } catch (DecodeException e) {
                        failures++;
                        assertThat(e).hasMessageStartingWith("the engine's stream ");
                    }
                }
                assertThat(failures).as("chunks of %d", size).isEqualTo(1);
                assertThat(messages).containsExactly(new Digest("a"));
                assertThatCode(cut::end).doesNotThrowAnyException();
            }
        }

        @Test
        void failsForBytesThatAreNoUtf8() {
            byte[] bytes = {'{', '"', 's', 't', 'a', 't', 'u', 's', '"', ':', '"', (byte) 0xC3, '"', '}'};
            assertThatThrownBy(() -> decoder.feed(bytes, 0, bytes.length)).isInstanceOf(DecodeException.class);
        }

        @Test
        void isIgnoredAfterItFailed() throws DecodeException {
            assertThatThrownBy(() -> feed("}")).isInstanceOf(DecodeException.class);
            feed("{\"status\":\"Digest: a\"}");
            decoder.end();
            assertThat(messages).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"{", "{\"status\":\"Digest: a\"", "{\"a\":{}", "{\"a", "{\"a\":tr", "{\"a\":1", "{\"a\":[1,"
                })
        void failsWhenItEndsWithinAMessage(String text) throws DecodeException {
            feed(text);
            assertThatThrownBy(decoder::end)
                    .isInstanceOf(DecodeException.class)
                    .hasMessageContaining("ends within a message")
                    .hasMessageContaining(text);
            assertThatCode(decoder::end).doesNotThrowAnyException();
        }

        @Test
        void isQuotedShortAndPrintable() {
            assertThatThrownBy(() -> feed("{\"status\":\"" + "y".repeat(5000) + "\u001b[31m\u202e\u0007end"))
                    .isInstanceOf(DecodeException.class)
                    .hasMessageContaining("after 50")
                    .hasMessageNotContainingAny("\u001b", "\u202e", "\u0007")
                    .message()
                    .hasSizeLessThan(600);
        }
    }

    @Nested
    class ALongText {
        private static final String NEXT = "{\"status\":\"Status: Downloaded newer image for a:1\"}";

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{'status':'%s'}",
                    "{'status':'%s','id':'1'}",
                    "{'status':'Downloading','id':'%s','progressDetail':{}}",
                    "{'status':'Downloading','id':'1','progress':'%s','progressDetail':{}}",
                    "{'stream':'%s'}",
                    "{'aux':{'x':['%s']}}",
                    "{'unknown':'%s','a':'%s','b':'%s'}"
                })
        void isCutAndWhatFollowsIsRead(String message) {
            for (String part : List.of("x", "é", "😀", "\\\"", "\\u00e9", "\\ud83d\\ude00", "\\\\")) {
                for (int length : new int[] {65_536, 263_000, 1_000_000}) {
                    String text = part.repeat(1 + length / part.length());
                    String stream = message.replace('\'', '"').replace("%s", text) + NEXT;
                    Decoded decoded = Decoded.whole(stream.getBytes(StandardCharsets.UTF_8));
                    assertThat(decoded.failed()).isFalse();
                    assertThat(decoded.messages()).hasSize(2).last().isInstanceOf(EngineMessage.Finished.class);
                    assertThat(decoded.messages().getFirst().toString()).hasSizeLessThan(9_000);
                }
            }
        }

        @Test
        void isCutTheSameHoweverTheBytesCome() {
            String text = "a\\u00e9\\\"é😀\\\\".repeat(9_000);
            byte[] bytes = ("{\"status\":\"" + text + "\",\"id\":\"1\"}" + NEXT).getBytes(StandardCharsets.UTF_8);
            Decoded whole = Decoded.whole(bytes);
            for (int piece : new int[] {1, 2, 3, 7, 4096, 65_537}) {
                assertThat(Decoded.cut(bytes, List.of(piece))).isEqualTo(whole);
            }
        }

        @Test
        void ofAnErrorIsTheErrorAllTheSame() {
            String page = "<html>" + "x".repeat(300_000);
            Decoded decoded =
                    Decoded.whole(("{\"errorDetail\":{\"message\":\"" + page + "\"},\"error\":\"" + page + "\"}")
                            .getBytes(StandardCharsets.UTF_8));
            assertThat(decoded.messages()).singleElement().isInstanceOf(EngineMessage.Failure.class);
            assertThat(decoded.messages().getFirst().toString())
                    .contains("<html>xxx")
                    .hasSizeLessThan(9_000);
        }

        @Test
        void longerThanAMessageMayBeEndsTheStream() {
            byte[] bytes = ("{\"status\":\"" + "x".repeat(EngineMessageDecoder.MAX_UNCUT_BYTES) + "\"}" + NEXT)
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(Decoded.whole(bytes).failed()).isTrue();
        }
    }
}
