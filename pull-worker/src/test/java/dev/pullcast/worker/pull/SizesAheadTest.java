// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.worker.progress.ExpectedSizes;
import dev.pullcast.worker.progress.Totals;
import dev.pullcast.worker.sizes.LayerSizes;
import dev.pullcast.worker.sizes.LayerSizes.Answer;
import dev.pullcast.worker.stream.EngineMessage.LayerMessage;
import dev.pullcast.worker.stream.EngineMessage.PullingFrom;
import dev.pullcast.worker.stream.LayerStep;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SizesAheadTest {
    private static final ExpectedSizes SIZES = new ExpectedSizes(Map.of("aaaaaaaaaaaa", 100L), "ffffffffffff");

    private final ManualTimers timers = new ManualTimers();
    private final EngineWatch watch = new EngineWatch();
    private final List<Promise<Answer>> asked = new ArrayList<>();
    private final List<PullStep> told = new ArrayList<>();
    private final RunProgress progress = new RunProgress(timers, Duration.ofMillis(500), watch, told::add);
    private final LayerSizes sizes = (_, _, _) -> {
        asked.add(Promise.promise());
        return asked.getLast().future();
    };
    private final SizesAhead ahead = new SizesAhead(sizes, watch, timers);
    private final Instant since = timers.instant();

    private void say(LayerStep step, @Nullable Long current, @Nullable Long total) {
        progress.on(new PullingFrom("team/app", "1"));
        progress.on(new LayerMessage("aaaaaaaaaaaa", step, current, total, null));
        ahead.look(spec(), null, since, progress);
    }

    private PullSpec spec() {
        ImageReference reference = ImageReference.parse("r.example/team/app:1");
        return new PullSpec(
                "job",
                "pull",
                "image",
                reference,
                null,
                null,
                null,
                PullPolicy.ALWAYS,
                null,
                null,
                null,
                Instant.MAX,
                0);
    }

    private Totals lastTotals() {
        return ((PullStep.Moved) told.getLast()).totals();
    }

    @Test
    void aQuickPullAsksNobody() {
        say(LayerStep.PULLING_FS_LAYER, null, null);
        timers.advance(Duration.ofMillis(900));
        say(LayerStep.PULL_COMPLETE, null, null);
        assertThat(asked).isEmpty();
    }

    @Test
    void aPullThatTakesItsTimeAsksOnceAndTellsTheTotalAtOnce() {
        say(LayerStep.PULLING_FS_LAYER, null, null);
        timers.advance(Duration.ofSeconds(1));
        say(LayerStep.WAITING, null, null);
        say(LayerStep.WAITING, null, null);
        assertThat(asked).hasSize(1);
        asked.getFirst().complete(new Answer.Known(SIZES));
        assertThat(lastTotals().bytesTotal()).isEqualTo(100);
    }

    @Test
    void anEngineThatSaidNoSizeUntilItsEndIsMadeUpForBeforeTheResult() {
        say(LayerStep.PULL_COMPLETE, null, null);
        Future<Void> settled = ahead.settle(spec(), null, progress);
        assertThat(settled.isComplete()).isFalse();
        asked.getFirst().complete(new Answer.Known(SIZES));
        assertThat(settled.succeeded()).isTrue();
        assertThat(progress.bytesDownloaded()).isEqualTo(100);
        assertThat(timers.pending()).isOne(); // of the progress
    }

    @Test
    void noResultWaitsLongForSizes() {
        say(LayerStep.PULL_COMPLETE, null, null);
        Future<Void> settled = ahead.settle(spec(), null, progress);
        timers.advance(Duration.ofMillis(499));
        assertThat(settled.isComplete()).isFalse();
        timers.advance(Duration.ofMillis(1));
        assertThat(settled.succeeded()).isTrue();
    }

    @Test
    void whatIsKnownIsNotAskedForAtTheEnd() {
        say(LayerStep.DOWNLOADING, 100L, 100L);
        say(LayerStep.PULL_COMPLETE, null, null);
        assertThat(ahead.settle(spec(), null, progress).succeeded()).isTrue();
        assertThat(asked).isEmpty();
    }

    @Test
    void whoKnowsAllSizesFromTheEngineAsksNobody() {
        timers.advance(Duration.ofSeconds(1));
        say(LayerStep.DOWNLOADING, 1L, 100L);
        assertThat(asked).isEmpty();
    }

    @Test
    void aRegistryThatLimitsIsPausedForAllPullsAndNotAskedMeanwhile() {
        timers.advance(Duration.ofSeconds(1));
        say(LayerStep.PULLING_FS_LAYER, null, null);
        asked.getFirst().complete(new Answer.Limited(Duration.ofSeconds(30)));
        assertThat(watch.isPaused("r.example", timers.instant().plusSeconds(29)))
                .isTrue();
        assertThat(watch.isPaused("r.example", timers.instant().plusSeconds(30)))
                .isFalse();
        new SizesAhead(sizes, watch, timers).look(spec(), null, since, progress);
        assertThat(asked).hasSize(1);
    }

    @Test
    void whatComesTooLateOrNotAtAllChangesNothing() {
        timers.advance(Duration.ofSeconds(1));
        say(LayerStep.PULLING_FS_LAYER, null, null);
        progress.complete();
        progress.stop();
        int before = told.size();
        asked.getFirst().complete(new Answer.Known(SIZES));
        assertThat(told).hasSize(before);

        SizesAhead nothing =
                new SizesAhead((_, _, _) -> Future.succeededFuture(new Answer.Unknown("no")), watch, timers);
        nothing.look(spec(), null, since, progress);
        assertThat(told).hasSize(before);
    }
}
