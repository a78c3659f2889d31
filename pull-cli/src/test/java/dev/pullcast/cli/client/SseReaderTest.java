// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules are those of the HTML standard, "Interpreting an event stream"; most examples are its own. */
class SseReaderTest {
    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void everyLineEndIsUnderstood(String end) throws IOException {
        String stream = String.join(end, ": hello", "event: layer", "data: a", "data: b", "id: 7", "", "data", "", "");
        SseReader reader = reader(stream);
        assertThat(reader.next()).isEqualTo(new SseReader.Event("layer", "a\nb"));
        assertThat(reader.lastEventId()).isEqualTo("7");
        assertThat(reader.next()).isEqualTo(new SseReader.Event("message", ""));
        assertThat(reader.next()).isNull();
    }

    @Test
    void oneBlankAfterTheColonIsNotPartOfTheValue() throws IOException {
        assertThat(all("data:test\n\ndata: test\n\ndata:  test\n\n"))
                .extracting(SseReader.Event::data)
                .containsExactly("test", "test", " test");
    }

    @Test
    void anEventThatTheEndCutsOffIsDroppedAndItsIdToo() throws IOException {
        SseReader reader = reader("id: 1\ndata: whole\n\nid: 2\ndata: cut\n");
        assertThat(reader.next()).isEqualTo(new SseReader.Event("message", "whole"));
        assertThat(reader.next()).isNull();
        assertThat(reader.lastEventId()).isEqualTo("1");
    }

    @Test
    void aHeartbeatMovesTheCursorWithoutAnEvent() throws IOException {
        SseReader reader = reader("data: a\nid: 1\n\n: heartbeat\nid: 2\n\n");
        reader.next();
        assertThat(reader.next()).isNull();
        assertThat(reader.lastEventId()).isEqualTo("2");
    }

    @Test
    void anIdWithANullIsIgnoredAndAnEmptyOneResets() throws IOException {
        SseReader reader = reader("id: 1\ndata: a\n\nid: x\0y\ndata: b\n\nid\ndata: c\n\n");
        reader.next();
        reader.next();
        assertThat(reader.lastEventId()).isEqualTo("1");
        reader.next();
        assertThat(reader.lastEventId()).isEmpty();
    }

    @Test
    void retryTakesDigitsOnly() throws IOException {
        SseReader reader = reader("retry: 3000\n\nretry: soon\n\n");
        assertThat(reader.next()).isNull();
        assertThat(reader.retryMillis()).isEqualTo(3000);
    }

    @Test
    void aByteOrderMarkAtTheStartIsNoPartOfTheFirstField() throws IOException {
        assertThat(all("\uFEFFdata: a\n\n")).containsExactly(new SseReader.Event("message", "a"));
    }

    @Test
    void charactersBeyondAsciiSurvive() throws IOException {
        assertThat(all("data: größer – 鯨\n\n")).containsExactly(new SseReader.Event("message", "größer – 鯨"));
    }

    private static SseReader reader(String stream) {
        return new SseReader(new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<SseReader.Event> all(String stream) throws IOException {
        SseReader reader = reader(stream);
        List<SseReader.Event> events = new ArrayList<>();
        for (SseReader.Event event = reader.next(); event != null; event = reader.next()) {
            events.add(event);
        }
        return events;
    }
}
