// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.gateway.fleet.Subject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseFrameTest {
    private static SseFrame frame(String type, String json) {
        SseFrame.Meta meta = new SseFrame.Meta(3, 41, Subject.ofJob("j", null), type, null, false, false);
        return SseFrame.of(
                meta,
                "1-abcdeaABC".getBytes(StandardCharsets.US_ASCII),
                "abcde",
                json.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(SseFrame frame, BiConsumer<SseFrame, ByteBuf> how) {
        ByteBuf out = Unpooled.buffer();
        how.accept(frame, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void carries_the_position_of_the_kind_of_stream_that_it_is_sent_on() {
        SseFrame frame = frame("layer", "{\"a\":1}");
        assertThat(text(frame, (f, out) -> f.append(out, false)))
                .isEqualTo("id: 1-abcdeaABC\nevent: layer\ndata: {\"a\":1}\n\n");
        assertThat(text(frame, (f, out) -> f.append(out, true)))
                .isEqualTo("event: layer\ndata: {\"a\":1}\nid: 1-abcdep3-42\n\n");
        assertThat(text(frame, (f, out) -> f.appendWithId(out, new byte[] {'x'})))
                .isEqualTo("id: x\nevent: layer\ndata: {\"a\":1}\n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\u0000", "", "a b", "a:b", "a\u2028"})
    void never_takes_a_name_that_could_break_a_line(String type) {
        assertThat(text(frame(type, "{}"), (f, out) -> f.append(out, false))).contains("\nevent: unknown\n");
    }

    @Test
    void knows_bytes_that_stay_on_one_line() {
        assertThat(SseFrame.isOneLine("{\"a\":\"\u2028\"}".getBytes(StandardCharsets.UTF_8)))
                .isTrue();
        assertThat(SseFrame.isOneLine("{\n}".getBytes(StandardCharsets.UTF_8))).isFalse();
        assertThat(SseFrame.isOneLine("{\r}".getBytes(StandardCharsets.UTF_8))).isFalse();
        assertThat(SseFrame.isOneLine(new byte[] {'{', 0, '}'})).isFalse();
    }

    @Test
    void of_the_gateways_own_moves_the_cursor_only_when_it_says_so() {
        byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
        assertThat(new String(SseFrame.control("gap", null, json), StandardCharsets.UTF_8))
                .isEqualTo("event: gap\ndata: {}\n\n");
        assertThat(new String(SseFrame.control("snapshot", "i", json), StandardCharsets.UTF_8))
                .isEqualTo("id: i\nevent: snapshot\ndata: {}\n\n");
    }
}
