// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

/** What is written otherwise than we write it, and may be; how we write it stands in the examples. */
class PullEventFieldsTest {
    private static final List<String> FIELDS = List.of(
            "\"type\":\"layer\"",
            "\"job\":\"01JD5Q8W3ZJ4T0N6R2V7X9A1BC\"",
            "\"worker\":\"w1\"",
            "\"pull\":\"p\"",
            "\"incarnation\":\"i\"",
            "\"image\":\"alpine\"",
            "\"reference\":\"docker.io/library/alpine:latest\"",
            "\"attempt\":1",
            "\"engineRetry\":0",
            "\"seq\":7",
            "\"time\":\"2026-11-21T02:00:00.120Z\"",
            "\"layer\":\"4f4fb700ef54\"",
            "\"phase\":\"downloading\"",
            "\"current\":5");

    @Test
    void theKindMayStandAnywhere() {
        List<String> reversed = new ArrayList<>(FIELDS);
        Collections.reverse(reversed);
        assertThat(read(reversed)).isEqualTo(read(FIELDS)).isInstanceOf(PullEvent.Layer.class);
    }

    @Test
    void wholeNumbersMayHaveAFractionOfZero() {
        PullEvent.Layer layer = (PullEvent.Layer) with("\"seq\":7.0", "\"current\":5.0", "\"attempt\":1.0");
        assertThat(layer).isEqualTo(read(FIELDS));
    }

    @Test
    void nullIsAbsent() {
        PullEvent.Layer layer = (PullEvent.Layer) with("\"current\":null", "\"engineRetry\":null", "\"platform\":null");
        assertThat(layer.current()).isNull();
        assertThat(layer.origin().engineRetry()).isZero();
        assertThat(layer.phase()).isEqualTo(LayerPhase.DOWNLOADING);
    }

    @Test
    void whatIsNotKnownIsPassedByWhateverItHolds() {
        assertThat(with("\"newer\":{\"a\":[1,{\"job\":\"x\"}],\"seq\":9}", "\"alsoNewer\":[[]]"))
                .isEqualTo(read(FIELDS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"attempt\":3000000000",
                "\"attempt\":{}",
                "\"seq\":99999999999999999999",
                "\"seq\":[7]",
                "\"seq\":\"many\"",
                "\"current\":true",
                "\"worker\":{\"id\":\"w1\"}",
                "\"worker\":[]",
                "\"worker\":null",
                "\"time\":\"yesterday\"",
                "\"time\":{}",
                "\"phase\":\"flying\"",
                "\"phase\":[1]"
            })
    void aWrongValueMakesItNoEvent(String field) {
        assertThatThrownBy(() -> with(field)).isInstanceOf(JacksonException.class);
    }

    /** With fields instead of those of the same name, or more. */
    private static PullEvent with(String... fields) {
        List<String> all = new ArrayList<>(FIELDS);
        for (String field : fields) {
            String name = field.substring(0, field.indexOf(':') + 1);
            all.removeIf(other -> other.startsWith(name));
            all.add(field);
        }
        return read(all);
    }

    private static PullEvent read(List<String> fields) {
        return ContractJson.readEvent(('{' + String.join(",", fields) + '}').getBytes(StandardCharsets.UTF_8));
    }
}
