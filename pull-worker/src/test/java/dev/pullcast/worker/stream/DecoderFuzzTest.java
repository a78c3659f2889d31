// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.InRange;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.pullcast.worker.progress.TrackerPromises;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that a fuzzer finds. Tests run the seeds, which are what real engines wrote; {@code scripts/fuzz} goes on from
 * there, guided by what code each input reaches.
 */
class DecoderFuzzTest {
    static final int LONGEST = 3000;
    static final int LONGEST_PATTERN = 64;

    static Stream<Arguments> recordings() {
        return EngineTalk.recordedUpTo(LONGEST).stream().map(body -> Arguments.of(body, 17));
    }

    @MethodSource("recordings")
    @FuzzTest(maxDuration = "4m")
    void anyStreamIsReadAlikeInPiecesAndKeepsTheTrackersPromises(
            byte @NotNull @WithLength(max = LONGEST) [] stream, @InRange(min = 1, max = 500) int piece) {
        Decoded whole = Decoded.whole(stream);
        assertThat(Decoded.cut(stream, List.of(piece))).isEqualTo(whole);
        TrackerPromises.check(whole.messages());
    }

    static Stream<Arguments> openings() {
        return Stream.of("{\"status\":\"|y", "{\"|y", "{\"a\":|1", "{\"a\":[|1,", "{\"a\":[|{},", "|{}\r\n", "| ")
                .map(seed -> seed.split("\\|", 2))
                .map(parts -> Arguments.of(bytes(parts[0]), bytes(parts[1])));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @MethodSource("openings")
    @FuzzTest(maxDuration = "2m")
    void anyPatternWithoutAnEndGivesMessagesOrIsGivenUp(
            byte @NotNull @WithLength(max = 200) [] begin,
            byte @NotNull @WithLength(max = LONGEST_PATTERN) [] pattern) {
        byte[] repeated = new byte[pattern.length * 1024];
        for (int at = 0; at < repeated.length; at += pattern.length) {
            System.arraycopy(pattern, 0, repeated, at, pattern.length);
        }
        assertThat(Decoded.longestSilence(begin, repeated))
                .isLessThanOrEqualTo(EngineMessageDecoder.MAX_UNCUT_BYTES + 2L * (1 << 16));
    }
}
