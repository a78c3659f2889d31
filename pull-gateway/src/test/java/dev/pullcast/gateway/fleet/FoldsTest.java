// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.testkit.FoldCases;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What events of pulls add up to at the gateway; the same table as for the command line and the dashboard. */
class FoldsTest {
    private final FleetView fleet =
            new FleetView(new FleetView.Kept(2, 100), InstantSource.fixed(Instant.parse("2026-05-04T10:00:00Z")));
    private long offset;

    static List<FoldCases.Case> cases() {
        return FoldCases.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eventsOfAPullAddUpToItsView(FoldCases.Case one) {
        one.asRecords().forEach(event -> fleet.apply(event, 1, ++offset));
        var view = Objects.requireNonNull(job().pulls()).getFirst();
        var json = ContractJson.mapper().readTree(new String(ContractJson.write(view), StandardCharsets.UTF_8));
        assertThat(FoldCases.compared(json)).isEqualTo(FoldCases.compared(one.view()));
    }

    @Test
    void aJobsPercentageIsByBytesWhereSizesAreKnown() {
        play("small", "pull.succeeded", "\"bytesDownloaded\":10,\"layersDownloaded\":1,\"digest\":\"sha256:a\"");
        for (String image : List.of("large", "larger")) {
            play(image, "pull.progress", "\"bytesCurrent\":30,\"bytesTotal\":120,\"percent\":25");
        }
        assertThat(job().percent()).isEqualTo(28);
        assertThat(job().bytesCurrent()).isEqualTo(70);
        assertThat(job().bytesTotal()).isEqualTo(250);
    }

    @Test
    void anImageThatWasThereWeighsNothingAndOneOfUnknownSizeAsMuchAsTheOthers() {
        play("present", "pull.skipped", "\"digest\":\"sha256:a\"");
        play("known", "pull.progress", "\"bytesCurrent\":50,\"bytesTotal\":100,\"percent\":50");
        assertThat(job().percent()).isEqualTo(50);
        play("unknown", "pull.queued", "\"attempt\":1");
        assertThat(job().percent()).as("never backwards").isEqualTo(50);
        assertThat(job().bytesTotal()).isNull();
        play("known", "pull.progress", "\"bytesCurrent\":100,\"bytesTotal\":100,\"percent\":90");
        play("unknown", "pull.progress", "\"bytesCurrent\":0,\"percent\":50");
        assertThat(job().percent()).isEqualTo(75);
    }

    @Test
    void withoutSizesItIsByImagesAndRounded() {
        for (String image : List.of("a", "b", "c")) {
            play(image, "pull.queued", "\"attempt\":1");
        }
        play("a", "pull.succeeded", "\"layersDownloaded\":1,\"digest\":\"sha256:a\"");
        assertThat(job().percent()).isEqualTo(33.33);
        assertThat(job().bytesTotal()).isNull();
    }

    @Test
    void itIsNotAHundredWhileOneGoesOnNorWhenOneFailed() {
        play("a", "pull.progress", "\"bytesCurrent\":100,\"bytesTotal\":100,\"percent\":80");
        assertThat(job().percent()).isEqualTo(99.9);
        play(
                "b",
                "pull.failed",
                "\"reason\":\"not-found\",\"retryable\":false,\"attempts\":1,\"message\":\"m\",\"hint\":\"h\"");
        play("a", "pull.succeeded", "\"bytesDownloaded\":100,\"layersDownloaded\":1,\"digest\":\"sha256:a\"");
        assertThat(job().percent()).isLessThan(100);
    }

    private JobView job() {
        return fleet.job("j", _ -> true).orElseThrow();
    }

    private void play(String image, String type, String fields) {
        String json = """
                {"type":"%s","job":"j","worker":"w","pull":"%s","incarnation":"i","image":"%s","reference":"%s",
                "attempt":1,"engineRetry":0,"seq":%d,"time":"2026-05-04T10:00:00Z",%s}""".formatted(type, image, image, image, ++offset, fields);
        PullEvent event = ContractJson.readEvent(json.getBytes(StandardCharsets.UTF_8));
        fleet.apply(event, 1, offset);
    }
}
