// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeardTest {
    private final Heard heard = new Heard();
    private long offset;

    @Test
    void ofAllThatAWorkerSaidTheNewestCounts() {
        hear("a", "1");
        hear("b", "2");
        hear("a", "3");

        assertThat(taken(9)).containsExactly("a 3", "b 2");
        assertThat(heard.isEmpty()).isTrue();
    }

    @Test
    void ofOneThatLeftItsLastWordIsKeptSoThatItCanBeToldWhoLeft() {
        hear("a", "1");
        hear("a", null);
        hear("b", null);

        assertThat(taken(9)).containsExactly("a 1", "a left", "b left");
    }

    @Test
    void oneThatCameBackHasNotLeft() {
        hear("a", "1");
        hear("a", null);
        hear("a", "2");

        assertThat(taken(9)).containsExactly("a 2");
    }

    @Test
    void whatIsHeardWhileOthersAreTakenIsTakenInItsTurn() {
        hear("a", "1");
        hear("b", "2");

        assertThat(taken(1)).containsExactly("a 1");
        hear("b", "3");
        hear("a", "4");
        assertThat(taken(9)).containsExactly("b 3", "a 4");
    }

    private void hear(String worker, @Nullable String state) {
        heard.add(
                worker,
                new ConsumerRecord<>(
                        "workers", 0, offset++, worker.getBytes(UTF_8), state == null ? null : state.getBytes(UTF_8)));
    }

    private List<String> taken(int most) {
        return heard.take(most).stream()
                .map(r ->
                        new String(r.key(), UTF_8) + ' ' + (r.value() == null ? "left" : new String(r.value(), UTF_8)))
                .toList();
    }
}
