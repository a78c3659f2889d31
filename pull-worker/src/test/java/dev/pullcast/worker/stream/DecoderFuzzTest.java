// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.ManualClock;
import dev.pullcast.testkit.Recording;
import dev.pullcast.testkit.Recordings;
import dev.pullcast.worker.progress.ProgressTracker;
import dev.pullcast.worker.progress.Totals;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recorded streams with random damage: each ends in messages and at most one failure, never in anything else. */
class DecoderFuzzTest {
    private static final List<Recording> STREAMS =
            Recordings.all().stream().filter(Recording::isStream).toList();
    private static final String[] SPLINTERS = {
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        "\\u",
        "\u00e9",
        ",",
        ":",
        "null",
        "-",
        "1e999",
        "\"id\":",
        "\"status\":{",
        "\"progressDetail\":{\"current\":9223372036854775807,\"total\":1}",
        "\r\n",
        "\u0000"
    };

    private record Outcome(List<EngineMessage> messages, int failures) {}

    private static Outcome decode(byte[] body, Random random, int largest) {
        List<EngineMessage> messages = new ArrayList<>();
        EngineMessageDecoder decoder = new EngineMessageDecoder(messages::add);
        int failures = 0;
        for (int from = 0; from < body.length; ) {
            int to = Math.min(body.length, from + 1 + random.nextInt(largest));
            try {
                decoder.feed(body, from, to);
            } catch (DecodeException e) {
                failures++;
            }
            from = to;
        }
        try {
            decoder.end();
        } catch (DecodeException e) {
            failures++;
        }
        return new Outcome(messages, failures);
    }

    private static byte[] damage(byte[] body, Random random) {
        byte[] damaged = body;
        for (int wounds = 1 + random.nextInt(4); wounds > 0; wounds--) {
            int at = random.nextInt(damaged.length + 1);
            int skipped = random.nextInt(3) == 0 ? random.nextInt(40) : 0;
            byte[] put = switch (random.nextInt(3)) {
                case 0 -> new byte[] {(byte) random.nextInt(256)};
                case 1 -> SPLINTERS[random.nextInt(SPLINTERS.length)].getBytes(UTF_8);
                default -> Arrays.copyOfRange(damaged, at, Math.min(at + random.nextInt(200), damaged.length));
            };
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(damaged, 0, at);
            out.writeBytes(put);
            int rest = Math.min(damaged.length, at + skipped);
            out.write(damaged, rest, damaged.length - rest);
            damaged = out.toByteArray();
        }
        return damaged;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void damageIsTheSameFailureHoweverTheBytesAreCut(long seed) {
        Random random = new Random(seed);
        int failed = 0;
        for (int round = 0; round < 400; round++) {
            Recording recording = STREAMS.get(random.nextInt(STREAMS.size()));
            byte[] body = recording.body().toArray();
            byte[] damaged = damage(Arrays.copyOf(body, Math.min(body.length, 4000)), random);
            Outcome small = decode(damaged, random, 7);
            Outcome large = decode(damaged, random, 3000);
            assertThat(small).as("seed %d, round %d", seed, round).isEqualTo(large);
            assertThat(small.failures()).isLessThanOrEqualTo(1);
            failed += small.failures();
            track(small.messages());
        }
        assertThat(failed).isBetween(100, 399);
    }

    private static void track(List<EngineMessage> messages) {
        ProgressTracker tracker = new ProgressTracker();
        tracker.beginAttempt(ManualClock.START);
        double percent = 0;
        for (EngineMessage message : messages) {
            tracker.on(message, ManualClock.START);
            Totals totals = tracker.totals(ManualClock.START);
            assertThat(totals.percent()).isBetween(percent, 99.9);
            percent = totals.percent();
            assertThat(totals.bytesCurrent()).isNotNegative();
            if (totals.bytesTotal() != null) {
                assertThat(totals.bytesCurrent()).isLessThanOrEqualTo(totals.bytesTotal());
            }
        }
    }
}
