// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.Bytes;
import dev.pullcast.worker.progress.TrackerPromises;
import dev.pullcast.worker.stream.EngineMessage.Failure;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds whatever an engine writes and however the socket cuts it. */
class DecoderPropertyTest {
    private static final int SLICE = 1 << 15;

    @Provide
    Arbitrary<String> text() {
        return EngineTalk.text();
    }

    @Provide
    Arbitrary<String> blanks() {
        return EngineTalk.blanks();
    }

    @Provide
    Arbitrary<List<String>> objects() {
        return EngineTalk.objects().list().ofMaxSize(8);
    }

    @Provide
    Arbitrary<List<String>> layerLines() {
        return EngineTalk.layerLines().list().ofMaxSize(80);
    }

    @Provide
    Arbitrary<List<Integer>> cuts() {
        return EngineTalk.cuts();
    }

    @Provide
    Arbitrary<byte[]> garbage() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
    }

    @Provide
    Arbitrary<Bytes> damaged() {
        return EngineTalk.damaged();
    }

    @Provide
    Arbitrary<String> beginnings() {
        return Arbitraries.oneOf(
                EngineTalk.objects(),
                Arbitraries.of(
                        "{\"status\":\"", "{\"", "{\"a\":", "{\"a\":[", "{\"a\":{\"b\":", "{\"error\":\"é\\", ""));
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.oneOf(
                EngineTalk.text(),
                EngineTalk.objects(),
                Arbitraries.of("\\u0041", "1,", "[", "{\"a\":", "\"a\":1,", "{},", " ", "\r\n", "0", "😀", "{}"));
    }

    @Property(tries = 400)
    void objectsAreOneMessageEachHoweverTheyAreSeparatedAndCut(
            @ForAll("objects") List<String> objects,
            @ForAll("blanks") String separator,
            @ForAll("cuts") List<Integer> cuts) {
        List<EngineMessage> alone = new ArrayList<>();
        for (String object : objects) {
            Decoded one = Decoded.whole(object.getBytes(UTF_8));
            assertThat(one.failed()).isFalse();
            alone.addAll(one.messages());
        }
        assertThat(alone).hasSameSizeAs(objects);
        byte[] stream = String.join(separator, objects).getBytes(UTF_8);
        assertThat(Decoded.cut(stream, cuts)).isEqualTo(new Decoded(alone, false));
        assertThat(Decoded.cut(stream, List.of(1))).isEqualTo(new Decoded(alone, false));
    }

    @Property(tries = 400)
    void textArrivesAsItWasWrittenWhereverItsCharactersAreCut(
            @ForAll("text") String text, @ForAll boolean escaped, @ForAll("cuts") List<Integer> cuts) {
        byte[] line = ("{\"error\":" + EngineTalk.quoted("E" + text, escaped) + "}\r\n").getBytes(UTF_8);
        Decoded expected = new Decoded(List.of(new Failure("E" + text)), false);
        assertThat(Decoded.cut(line, cuts)).isEqualTo(expected);
        assertThat(Decoded.cut(line, List.of(1))).isEqualTo(expected);
    }

    @Property(tries = 400)
    void whatCameBeforeTheGarbageIsKept(
            @ForAll("objects") List<String> objects,
            @ForAll("garbage") byte[] garbage,
            @ForAll("cuts") List<Integer> cuts) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(String.join("\n", objects).getBytes(UTF_8));
        stream.writeBytes(garbage);
        Decoded all = Decoded.cut(stream.toByteArray(), cuts);
        assertThat(all.messages()).hasSizeGreaterThanOrEqualTo(objects.size());
        assertThat(all.messages().subList(0, objects.size()))
                .isEqualTo(Decoded.whole(String.join("\n", objects).getBytes(UTF_8))
                        .messages());
        assertThat(all).isEqualTo(Decoded.whole(stream.toByteArray()));
    }

    @Property(tries = 1500)
    void damageIsTheSameHoweverTheBytesAreCut(@ForAll("damaged") Bytes stream, @ForAll("cuts") List<Integer> cuts) {
        Decoded decoded = Decoded.cut(stream.toArray(), cuts);
        assertThat(decoded).isEqualTo(Decoded.whole(stream.toArray()));
        TrackerPromises.check(decoded.messages());
    }

    @Property(tries = 3000)
    void anyOrderOfStepsAndAnyNumbersKeepTheTrackersPromises(@ForAll("layerLines") List<String> lines) {
        Decoded decoded = Decoded.whole(String.join("\n", lines).getBytes(UTF_8));
        assertThat(decoded.failed()).isFalse();
        TrackerPromises.check(decoded.messages());
    }

    @Property(tries = 60)
    void aDecoderNeverWaitsLongerThanItsBoundForTheEndOfAMessage(
            @ForAll("beginnings") String begin, @ForAll("patterns") String pattern) {
        byte[] repeated =
                pattern.repeat(1 + 4000 / Math.max(1, pattern.length())).getBytes(UTF_8);
        assertThat(Decoded.longestSilence(begin.getBytes(UTF_8), repeated))
                .isLessThanOrEqualTo(EngineMessageDecoder.MAX_UNCUT_BYTES + SLICE + repeated.length);
    }

    @Property(tries = 400)
    void theCommandsOutputIsTheSameHoweverItIsCut(@ForAll("damaged") Bytes output, @ForAll("cuts") List<Integer> cuts) {
        assertThat(plain(output.toArray(), cuts)).isEqualTo(plain(output.toArray(), List.of(100_000)));
    }

    private static List<EngineMessage> plain(byte[] output, List<Integer> cuts) {
        List<EngineMessage> messages = new ArrayList<>();
        PlainOutputDecoder decoder = new PlainOutputDecoder(messages::add);
        int piece = 0;
        for (int from = 0; from < output.length; ) {
            int to = Math.min(output.length, from + cuts.get(piece++ % cuts.size()));
            decoder.feed(output, from, to);
            from = to;
        }
        decoder.end();
        return messages;
    }
}
