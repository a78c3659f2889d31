// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.testkit.ManualClock;
import dev.pullcast.worker.stream.EngineMessage.LayerMessage;
import dev.pullcast.worker.stream.EngineMessage.PullingFrom;
import dev.pullcast.worker.stream.LayerStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ProgressTrackerTest {
    private final ManualClock clock = new ManualClock();
    private final ProgressTracker tracker = new ProgressTracker();
    private final List<LayerChange> changes = new ArrayList<>();

    @BeforeEach
    void begin() {
        tracker.beginAttempt(clock.instant());
    }

    private void docker() {
        tracker.on(new PullingFrom("team/app", "1"), clock.instant());
    }

    private void say(String layer, LayerStep step) {
        say(layer, step, null, null, null);
    }

    private void say(String layer, LayerStep step, long current, long total) {
        say(layer, step, current, total, null);
    }

    private void say(
            String layer, LayerStep step, @Nullable Long current, @Nullable Long total, @Nullable Long seconds) {
        changes.addAll(tracker.on(new LayerMessage(layer, step, current, total, seconds), clock.instant()));
    }

    private Totals totals() {
        return tracker.totals(clock.instant());
    }

    private LayerChange last() {
        return changes.getLast();
    }

    private List<LayerPhase> phases() {
        return changes.stream()
                .filter(LayerChange::phaseChanged)
                .map(LayerChange::phase)
                .toList();
    }

    @Nested
    class WhenTheManifestIsKnown {
        private static final ExpectedSizes SIZES = new ExpectedSizes(
                Map.of("aaaaaaaaaaaa", 100L, "bbbbbbbbbbbb", 300L, "cccccccccccc", 50L), "ffffffffffff");

        @Test
        void theTotalIsRightAsSoonAsTheLayersAreNamed() {
            docker();
            assertThat(tracker.expect(SIZES)).isEmpty();
            say("aaaaaaaaaaaa", LayerStep.PULLING_FS_LAYER);
            say("bbbbbbbbbbbb", LayerStep.PULLING_FS_LAYER);
            assertThat(totals().bytesTotal()).isEqualTo(400);
            assertThat(totals().bytesCurrent()).isZero();
            say("cccccccccccc", LayerStep.ALREADY_EXISTS);
            assertThat(totals().bytesTotal()).isEqualTo(400);
        }

        @Test
        void layersNamedBeforeAreToldAgainWithTheirSizes() {
            docker();
            say("aaaaaaaaaaaa", LayerStep.DOWNLOADING, 10, 100);
            say("bbbbbbbbbbbb", LayerStep.PULLING_FS_LAYER);
            assertThat(tracker.lacksSizes()).isTrue();
            double before = totals().percent();
            assertThat(tracker.expect(SIZES)).singleElement().satisfies(change -> {
                assertThat(change.layer()).isEqualTo("bbbbbbbbbbbb");
                assertThat(change.total()).isEqualTo(300);
                assertThat(change.phaseChanged()).isFalse();
            });
            assertThat(tracker.lacksSizes()).isFalse();
            assertThat(totals().bytesTotal()).isEqualTo(400);
            assertThat(totals().percent()).isEqualTo(before);
            say("bbbbbbbbbbbb", LayerStep.DOWNLOADING, 150, 300);
            assertThat(totals().percent()).isGreaterThan(before);
        }

        @Test
        void aLayerThatCameWithoutABytesWordIsCountedWhole() {
            docker();
            say("aaaaaaaaaaaa", LayerStep.DOWNLOAD_COMPLETE);
            tracker.expect(SIZES);
            assertThat(totals().bytesCurrent()).isEqualTo(100);
            say("bbbbbbbbbbbb", LayerStep.PULL_COMPLETE);
            assertThat(totals().bytesCurrent()).isEqualTo(400);
            assertThat(tracker.bytesDownloaded()).isEqualTo(400);
        }

        @Test
        void aResumedDownloadCountsWhatWasThereBefore() {
            docker();
            tracker.expect(SIZES);
            say("bbbbbbbbbbbb", LayerStep.DOWNLOADING, 0, 200);
            say("bbbbbbbbbbbb", LayerStep.DOWNLOADING, 50, 200);
            assertThat(totals().bytesCurrent()).isEqualTo(150);
            assertThat(totals().bytesTotal()).isEqualTo(300);
        }

        @Test
        void theConfigurationThatPodmanAnnouncesIsNoLayerFromTheStart() {
            tracker.expect(SIZES);
            say("aaaaaaaaaaaa", LayerStep.PULLING_FS_LAYER);
            say("ffffffffffff", LayerStep.PULLING_FS_LAYER);
            assertThat(totals().layersTotal()).isEqualTo(1);
            assertThat(totals().bytesTotal()).isEqualTo(100);
        }

        @Test
        void itHoldsForTheNextAttemptToo() {
            docker();
            tracker.expect(SIZES);
            say("aaaaaaaaaaaa", LayerStep.PULLING_FS_LAYER);
            tracker.beginAttempt(clock.instant());
            docker();
            say("bbbbbbbbbbbb", LayerStep.PULLING_FS_LAYER);
            assertThat(totals().bytesTotal()).isEqualTo(300);
            assertThat(tracker.lacksSizes()).isFalse();
        }
    }

    @Nested
    class ALayer {
        @Test
        void goesThroughItsPhases() {
            docker();
            say("a", LayerStep.PULLING_FS_LAYER);
            say("a", LayerStep.WAITING);
            say("a", LayerStep.DOWNLOADING, 10, 100);
            say("a", LayerStep.DOWNLOADING, 90, 100);
            say("a", LayerStep.VERIFYING);
            say("a", LayerStep.DOWNLOAD_COMPLETE);
            say("a", LayerStep.EXTRACTING, 50, 100);
            say("a", LayerStep.PULL_COMPLETE);
            say("a", LayerStep.PULL_COMPLETE);
            assertThat(phases())
                    .containsExactly(
                            LayerPhase.WAITING,
                            LayerPhase.DOWNLOADING,
                            LayerPhase.VERIFYING,
                            LayerPhase.DOWNLOADED,
                            LayerPhase.EXTRACTING,
                            LayerPhase.COMPLETE);
            assertThat(changes).hasSize(7);
            assertThat(last()).isEqualTo(new LayerChange("a", LayerPhase.COMPLETE, 100L, 100L, null, 0, true));
        }

        @Test
        void maySkipPhases() {
            docker();
            say("a", LayerStep.VERIFYING);
            say("a", LayerStep.EXTRACTING, 5, 10);
            assertThat(last()).isEqualTo(new LayerChange("a", LayerPhase.EXTRACTING, 5L, 10L, null, 0, true));
            assertThat(totals().bytesTotal()).isEqualTo(10);
        }

        @Test
        void doesNotGoBackForALateLine() {
            docker();
            say("a", LayerStep.DOWNLOADING, 50, 100);
            say("a", LayerStep.DOWNLOAD_COMPLETE);
            int before = changes.size();
            say("a", LayerStep.DOWNLOADING, 60, 100);
            say("a", LayerStep.WAITING);
            say("a", LayerStep.VERIFYING);
            assertThat(changes).hasSize(before);
        }

        @Test
        void thatWasThereIsCachedWhateverFollows() {
            docker();
            say("a", LayerStep.PULLING_FS_LAYER);
            say("a", LayerStep.ALREADY_EXISTS);
            say("a", LayerStep.EXTRACTING, null, null, 1L);
            say("a", LayerStep.PULL_COMPLETE);
            assertThat(phases()).containsExactly(LayerPhase.WAITING, LayerPhase.CACHED);
            assertThat(totals().layersCached()).isEqualTo(1);
            assertThat(totals().layersDownloaded()).isZero();
        }

        @Test
        void toldTwiceTheSameIsNoChange() {
            docker();
            say("a", LayerStep.DOWNLOADING, 10, 100);
            int before = changes.size();
            say("a", LayerStep.DOWNLOADING, 10, 100);
            assertThat(changes).hasSize(before);
        }

        @Test
        void beingExtractedMayCountSeconds() {
            docker();
            say("a", LayerStep.EXTRACTING, null, null, 1L);
            say("a", LayerStep.EXTRACTING, null, null, 2L);
            assertThat(last()).isEqualTo(new LayerChange("a", LayerPhase.EXTRACTING, null, null, 2L, 0, false));
        }

        @Test
        void isAnnouncedByItsFirstBytesIfNotBefore() {
            docker();
            say("a", LayerStep.DOWNLOADING, 10, 100);
            assertThat(last()).isEqualTo(new LayerChange("a", LayerPhase.DOWNLOADING, 10L, 100L, null, 0, true));
        }
    }

    @Nested
    class WhenTheEngineRetriesALayer {
        @BeforeEach
        void downloadHalf() {
            docker();
            say("a", LayerStep.PULLING_FS_LAYER);
            say("b", LayerStep.PULLING_FS_LAYER);
            say("a", LayerStep.DOWNLOADING, 40, 100);
            say("b", LayerStep.DOWNLOADING, 10, 100);
        }

        @Test
        void theFalseHundredPercentBeforeItIsNotBelieved() {
            say("a", LayerStep.DOWNLOADING, 100, 100);
            assertThat(totals().bytesCurrent()).isEqualTo(50);
            say("a", LayerStep.RETRYING, null, null, 5L);
            assertThat(last()).isEqualTo(new LayerChange("a", LayerPhase.WAITING, 40L, 100L, null, 1, true));
            assertThat(totals().engineRetry()).isEqualTo(1);
        }

        @Test
        void aTrueHundredPercentIsBelievedOnceItIsConfirmed() {
            say("a", LayerStep.DOWNLOADING, 100, 100);
            say("a", LayerStep.VERIFYING);
            assertThat(totals().bytesCurrent()).isEqualTo(110);
            say("b", LayerStep.DOWNLOADING, 100, 100);
            say("b", LayerStep.DOWNLOADING, 100, 100);
            assertThat(totals().bytesCurrent()).isEqualTo(200);
        }

        @Test
        void theCountdownIsOneRetryAndALongerOneIsTheNext() {
            for (long in = 5; in > 0; in--) {
                say("a", LayerStep.RETRYING, null, null, in);
            }
            assertThat(last().engineRetry()).isEqualTo(1);
            say("a", LayerStep.RETRYING, null, null, 10L);
            assertThat(last().engineRetry()).isEqualTo(2);
            say("a", LayerStep.DOWNLOADING, 50, 100);
            say("a", LayerStep.RETRYING, null, null, 3L);
            assertThat(last().engineRetry()).isEqualTo(3);
        }

        @Test
        void whatIsLeftToFetchCountsOnTopOfWhatIsThere() {
            say("a", LayerStep.RETRYING, null, null, 1L);
            say("a", LayerStep.DOWNLOADING, 5, 60);
            assertThat(last()).isEqualTo(new LayerChange("a", LayerPhase.DOWNLOADING, 45L, 100L, null, 1, true));
            assertThat(totals().bytesTotal()).isEqualTo(200);
        }

        @Test
        void thePercentageStandsStillUntilTheLossIsMadeUp() {
            double before = totals().percent();
            say("a", LayerStep.RETRYING, null, null, 1L);
            say("a", LayerStep.DOWNLOADING, 1, 100);
            assertThat(totals().bytesCurrent()).isEqualTo(11);
            assertThat(totals().percent()).isEqualTo(before);
            say("a", LayerStep.DOWNLOADING, 80, 100);
            assertThat(totals().percent()).isGreaterThan(before);
        }

        @Test
        void nothingIsDownloadingMeanwhile() {
            say("a", LayerStep.RETRYING, null, null, 1L);
            say("b", LayerStep.RETRYING, null, null, 1L);
            assertThat(tracker.isDownloading()).isFalse();
        }
    }

    @Nested
    class WhenPodmanRetriesTheImage {
        @Test
        void layersAnnouncedAgainStartAgainAndWhatItKeptIsComplete() {
            say("a", LayerStep.PULLING_FS_LAYER);
            say("b", LayerStep.PULLING_FS_LAYER);
            say("a", LayerStep.DOWNLOAD_COMPLETE);
            say("b", LayerStep.DOWNLOAD_COMPLETE);
            say("a", LayerStep.ALREADY_EXISTS);
            assertThat(last()).isEqualTo(new LayerChange("a", LayerPhase.COMPLETE, null, null, null, 0, true));
            say("b", LayerStep.PULLING_FS_LAYER);
            assertThat(last()).isEqualTo(new LayerChange("b", LayerPhase.WAITING, null, null, null, 1, true));
            assertThat(totals().layersDone()).isEqualTo(1);
            assertThat(totals().layersCached()).isZero();
        }
    }

    @Nested
    class ThePercentage {
        @Test
        void isTheShareOfWorkWhenEverythingIsKnown() {
            docker();
            say("a", LayerStep.DOWNLOADING, 0, 300);
            say("b", LayerStep.DOWNLOADING, 0, 100);
            say("a", LayerStep.DOWNLOADING, 150, 300);
            assertThat(totals().percent()).isCloseTo(100 * 0.8 * 150 / 400, within(0.11));
            say("a", LayerStep.VERIFYING);
            say("b", LayerStep.VERIFYING);
            assertThat(totals().percent()).isCloseTo(80, within(0.11));
            say("a", LayerStep.PULL_COMPLETE);
            assertThat(totals().percent()).isCloseTo(95, within(0.11));
            say("b", LayerStep.PULL_COMPLETE);
            assertThat(totals().percent()).isEqualTo(99.9);
        }

        @Test
        void takesTheMeanForLayersOfUnknownSize() {
            docker();
            for (String layer : List.of("a", "b", "c", "d")) {
                say(layer, LayerStep.PULLING_FS_LAYER);
            }
            say("a", LayerStep.DOWNLOADING, 0, 1000);
            say("a", LayerStep.VERIFYING);
            assertThat(totals().percent()).isCloseTo(20, within(0.11));
        }

        @Test
        void countsLayersWhereNoSizeIsKnown() {
            for (String layer : List.of("a", "b", "c", "d")) {
                say(layer, LayerStep.PULLING_FS_LAYER);
            }
            say("a", LayerStep.DOWNLOAD_COMPLETE);
            assertThat(totals().percent()).isCloseTo(25, within(0.11));
            assertThat(totals().bytesTotal()).isNull();
        }

        @Test
        void slowsDownInsteadOfRunningBackWhenALayerBecomesKnown() {
            docker();
            say("a", LayerStep.DOWNLOADING, 0, 100);
            say("a", LayerStep.DOWNLOADING, 99, 100);
            double before = totals().percent();
            assertThat(before).isGreaterThan(75);
            say("b", LayerStep.DOWNLOADING, 0, 100_000);
            assertThat(totals().percent()).isEqualTo(before);
            say("b", LayerStep.DOWNLOADING, 50_000, 100_000);
            assertThat(totals().percent()).isBetween(before + 5, 95.0);
        }

        @Test
        void isHundredOnlyWhenToldSo() {
            docker();
            say("a", LayerStep.DOWNLOADING, 100, 100);
            say("a", LayerStep.PULL_COMPLETE);
            assertThat(totals().percent()).isEqualTo(99.9);
            assertThat(tracker.complete(clock.instant()).percent()).isEqualTo(100);
        }

        @Test
        void isHundredAtTheEndOfAPullWithoutLayers() {
            docker();
            assertThat(totals().percent()).isZero();
            Totals end = tracker.complete(clock.instant());
            assertThat(end).isEqualTo(new Totals(0, null, 100, 0, 0, 0, 0, null, null, 0));
        }

        @Test
        void doesNotCountCachedLayers() {
            docker();
            say("a", LayerStep.ALREADY_EXISTS);
            say("b", LayerStep.PULLING_FS_LAYER);
            assertThat(totals().percent()).isZero();
            say("b", LayerStep.DOWNLOADING, 0, 100);
            say("b", LayerStep.DOWNLOADING, 50, 100);
            assertThat(totals().percent()).isCloseTo(40, within(0.11));
        }
    }

    @Nested
    class WhenTheWorkerTriesAgain {
        @BeforeEach
        void firstAttempt() {
            docker();
            say("a", LayerStep.DOWNLOADING, 0, 100);
            say("b", LayerStep.PULLING_FS_LAYER);
            say("a", LayerStep.RETRYING, null, null, 5L);
            say("a", LayerStep.DOWNLOADING, 60, 100);
            clock.advance(Duration.ofSeconds(1));
        }

        @Test
        void layersStartAgainAndThePercentageStays() {
            double before = totals().percent();
            tracker.beginAttempt(clock.instant());
            assertThat(totals().percent()).isEqualTo(before);
            assertThat(totals().layersTotal()).isZero();
            assertThat(totals().bytesCurrent()).isZero();
            assertThat(tracker.lastByteAt()).isNull();
            assertThat(tracker.isDownloading()).isFalse();
            assertThat(tracker.layers()).isEmpty();
            docker();
            say("a", LayerStep.PULLING_FS_LAYER);
            assertThat(last()).isEqualTo(new LayerChange("a", LayerPhase.WAITING, null, 100L, null, 0, true));
            assertThat(totals().percent()).isEqualTo(before);
            say("a", LayerStep.DOWNLOADING, 10, 100);
            assertThat(totals().percent()).isGreaterThan(before);
        }

        @Test
        void bytesFetchedAgainCountOnce() {
            assertThat(tracker.bytesDownloaded()).isEqualTo(60);
            tracker.beginAttempt(clock.instant());
            docker();
            say("a", LayerStep.DOWNLOADING, 20, 100);
            assertThat(tracker.bytesDownloaded()).isEqualTo(60);
            say("a", LayerStep.DOWNLOAD_COMPLETE);
            assertThat(tracker.bytesDownloaded()).isEqualTo(100);
        }

        @Test
        void whatTheFirstAttemptBroughtIsNotCached() {
            say("a", LayerStep.PULL_COMPLETE);
            tracker.beginAttempt(clock.instant());
            docker();
            say("a", LayerStep.ALREADY_EXISTS);
            say("b", LayerStep.ALREADY_EXISTS);
            assertThat(changes.get(changes.size() - 2).phase()).isEqualTo(LayerPhase.COMPLETE);
            assertThat(last().phase()).isEqualTo(LayerPhase.CACHED);
        }
    }

    @Nested
    class TheSpeed {
        private void second(long from, long step) {
            for (int tenth = 1; tenth <= 10; tenth++) {
                clock.advance(Duration.ofMillis(100));
                say("a", LayerStep.DOWNLOADING, from + step * tenth, 100_000_000);
            }
        }

        @Test
        void isUnknownAtFirstAndRightSoonAfter() {
            docker();
            say("a", LayerStep.PULLING_FS_LAYER);
            assertThat(totals().bytesPerSecond()).isNull();
            second(0, 100_000);
            assertThat(Objects.requireNonNull(totals().bytesPerSecond())).isBetween(990_000L, 1_200_000L);
            assertThat(Objects.requireNonNull(totals().etaSeconds())).isBetween(80L, 100L);
        }

        @Test
        void fallsInSilenceAndTheEtaGrows() {
            docker();
            say("a", LayerStep.PULLING_FS_LAYER);
            second(0, 100_000);
            second(1_000_000, 100_000);
            Totals before = totals();
            clock.advance(Duration.ofSeconds(5));
            Totals after = totals();
            assertThat(Objects.requireNonNull(after.bytesPerSecond()))
                    .isLessThan(Objects.requireNonNull(before.bytesPerSecond()) / 2);
            assertThat(after.etaSeconds()).isGreaterThan(before.etaSeconds());
            clock.advance(Duration.ofMinutes(10));
            assertThat(totals().etaSeconds()).isNull();
        }

        @Test
        void followsAChangeWithinSeconds() {
            docker();
            say("a", LayerStep.PULLING_FS_LAYER);
            for (int i = 0; i < 20; i++) {
                second(i * 1_000_000L, 100_000);
            }
            for (int i = 0; i < 15; i++) {
                second(20_000_000 + i * 100_000L, 10_000);
            }
            assertThat(Objects.requireNonNull(totals().bytesPerSecond())).isBetween(95_000L, 160_000L);
        }

        @Test
        void isGoneWhenNothingIsLeftToDownload() {
            docker();
            say("a", LayerStep.DOWNLOADING, 1, 100);
            clock.advance(Duration.ofSeconds(1));
            say("a", LayerStep.DOWNLOADING, 50, 100);
            assertThat(totals().bytesPerSecond()).isNotNull();
            say("a", LayerStep.VERIFYING);
            assertThat(totals().bytesPerSecond()).isNull();
            assertThat(totals().etaSeconds()).isNull();
        }
    }

    @Nested
    class TheLastByte {
        @Test
        void isNotMovedByMessagesWithoutABytes() {
            docker();
            say("a", LayerStep.PULLING_FS_LAYER);
            assertThat(tracker.lastByteAt()).isNull();
            say("a", LayerStep.DOWNLOADING, 10, 100);
            clock.advance(Duration.ofSeconds(1));
            say("a", LayerStep.DOWNLOADING, 10, 100);
            say("b", LayerStep.PULLING_FS_LAYER);
            assertThat(tracker.lastByteAt()).isEqualTo(ManualClock.START);
            assertThat(tracker.isDownloading()).isTrue();
        }

        @Test
        void isMovedByBytesAndByTheBeginAndEndOfADownload() {
            docker();
            say("a", LayerStep.DOWNLOADING, null, null, null);
            assertThat(tracker.lastByteAt()).isEqualTo(clock.instant());
            clock.advance(Duration.ofSeconds(1));
            say("a", LayerStep.DOWNLOADING, 10, 100);
            assertThat(tracker.lastByteAt()).isEqualTo(clock.instant());
            clock.advance(Duration.ofSeconds(1));
            say("b", LayerStep.DOWNLOAD_COMPLETE);
            assertThat(tracker.lastByteAt()).isEqualTo(clock.instant());
        }

        /** Podman tells bytes once a second, and only if some came: a download may stall before it tells any. */
        @Test
        void podmanBeginsToDownloadWhatItAnnounces() {
            say("a", LayerStep.PULLING_FS_LAYER);
            assertThat(tracker.isDownloading()).isTrue();
            assertThat(tracker.lastByteAt()).isEqualTo(ManualClock.START);
            clock.advance(Duration.ofSeconds(1));
            say("a", LayerStep.PULLING_FS_LAYER);
            assertThat(tracker.lastByteAt()).isEqualTo(ManualClock.START);
            say("a", LayerStep.DOWNLOAD_COMPLETE);
            assertThat(tracker.isDownloading()).isFalse();
        }

        @Test
        void isNotMovedByExtraction() {
            docker();
            say("a", LayerStep.VERIFYING);
            clock.advance(Duration.ofSeconds(1));
            say("a", LayerStep.EXTRACTING, 10, 100);
            clock.advance(Duration.ofSeconds(1));
            say("a", LayerStep.EXTRACTING, 50, 100);
            assertThat(tracker.isExtracting()).isTrue();
            assertThat(tracker.isDownloading()).isFalse();
            assertThat(tracker.lastByteAt()).isEqualTo(ManualClock.START);
        }
    }

    @Test
    void layersTheEngineForgotAreSettledBySuccess() {
        docker();
        say("a", LayerStep.PULLING_FS_LAYER);
        say("b", LayerStep.ALREADY_EXISTS);
        say("c", LayerStep.DOWNLOADING, 10, 100);
        assertThat(tracker.completeLayers(clock.instant()))
                .containsExactly(
                        new LayerChange("a", LayerPhase.COMPLETE, null, null, null, 0, true),
                        new LayerChange("c", LayerPhase.COMPLETE, 100L, 100L, null, 0, true));
        assertThat(tracker.completeLayers(clock.instant())).isEmpty();
        assertThat(totals()).isEqualTo(new Totals(100, 100L, 100, 3, 3, 1, 2, null, null, 0));
    }

    @Test
    void someoneWhoJoinsLateGetsTheStateSoFar() {
        docker();
        say("a", LayerStep.DOWNLOADING, 10, 100);
        say("b", LayerStep.ALREADY_EXISTS);
        assertThat(tracker.layers())
                .containsExactly(
                        new LayerChange("a", LayerPhase.DOWNLOADING, 10L, 100L, null, 0, true),
                        new LayerChange("b", LayerPhase.CACHED, null, null, null, 0, true));
    }

    @Test
    void aStreamThatNamesEverNewLayersIsNotFollowedForever() {
        docker();
        for (int i = 0; i < ProgressTracker.MAX_LAYERS + 100; i++) {
            say("layer" + i, LayerStep.PULLING_FS_LAYER);
        }
        assertThat(totals().layersTotal()).isEqualTo(ProgressTracker.MAX_LAYERS);
    }
}
