// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.testkit.ManualClock;
import dev.pullcast.testkit.Recording;
import dev.pullcast.testkit.Recordings;
import dev.pullcast.worker.stream.DecodeException;
import dev.pullcast.worker.stream.EngineMessage;
import dev.pullcast.worker.stream.EngineMessage.Failure;
import dev.pullcast.worker.stream.EngineMessage.LayerMessage;
import dev.pullcast.worker.stream.EngineMessage.PullingFrom;
import dev.pullcast.worker.stream.EngineMessageDecoder;
import dev.pullcast.worker.stream.LayerStep;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Everything that real engines said, through hops 5 and 6. */
class RecordedPullsTest {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int ALL_SIZES_BELOW = 2500;

    static Stream<Recording> streams() {
        return Recordings.all().stream().filter(Recording::isStream);
    }

    private static List<EngineMessage> decode(byte[] body, Iterable<Integer> sizes) throws DecodeException {
        List<EngineMessage> messages = new ArrayList<>();
        EngineMessageDecoder decoder = new EngineMessageDecoder(messages::add);
        int from = 0;
        while (from < body.length) {
            for (int size : sizes) {
                int to = Math.min(from + size, body.length);
                decoder.feed(body, from, to);
                from = to;
            }
        }
        decoder.end();
        return messages;
    }

    private static List<EngineMessage> decode(Recording recording) throws DecodeException {
        byte[] body = recording.body().toArray();
        return decode(body, List.of(Math.max(1, body.length)));
    }

    /** One step of a replay: the changes of a message and the sums after it. */
    private record Step(EngineMessage message, List<LayerChange> changes, Totals totals) {}

    private static List<Step> track(List<EngineMessage> messages, ProgressTracker tracker) {
        List<Step> steps = new ArrayList<>();
        Instant now = ManualClock.START;
        tracker.beginAttempt(now);
        for (EngineMessage message : messages) {
            now = now.plusMillis(40);
            List<LayerChange> changes = tracker.on(message, now);
            steps.add(new Step(message, changes, tracker.totals(now)));
        }
        return steps;
    }

    @ParameterizedTest
    @MethodSource("streams")
    void areTheSameMessagesInChunksOfEverySize(Recording recording) throws DecodeException {
        byte[] body = recording.body().toArray();
        List<EngineMessage> whole = decode(recording);
        IntStream sizes = body.length <= ALL_SIZES_BELOW
                ? IntStream.rangeClosed(1, Math.max(1, body.length))
                : IntStream.of(1, 2, 3, 5, 7, 16, 61, 79, 181, 997, 4096, body.length - 1);
        for (int size : sizes.toArray()) {
            assertThat(decode(body, List.of(size)))
                    .as("%s in chunks of %d", recording, size)
                    .isEqualTo(whole);
        }
        for (long seed = 1; seed <= 5; seed++) {
            List<Integer> random =
                    new Random(seed).ints(1, 400).limit(500).boxed().toList();
            assertThat(decode(body, random))
                    .as("%s, random with seed %d", recording, seed)
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void areTheSameMessagesWithoutSeparators(Recording recording) throws DecodeException {
        byte[] bare = recording.body().toString().replaceAll("[\r\n]+", "").getBytes(UTF_8);
        assertThat(decode(bare, List.of(Math.max(1, bare.length)))).isEqualTo(decode(recording));
    }

    /** A second reader, simple and slow, that shares nothing with the decoder. */
    @ParameterizedTest
    @MethodSource("streams")
    void areWhatASimpleReaderReads(Recording recording) throws DecodeException {
        List<EngineMessage> messages = decode(recording);
        List<JsonNode> nodes;
        try (MappingIterator<JsonNode> all = JSON.readerFor(JsonNode.class)
                .readValues(new ByteArrayInputStream(recording.body().toArray()))) {
            nodes = all.readAll();
        }
        assertThat(messages).hasSameSizeAs(nodes);
        for (int i = 0; i < nodes.size(); i++) {
            JsonNode node = nodes.get(i);
            EngineMessage message = messages.get(i);
            assertThat(message instanceof Failure).isEqualTo(node.has("errorDetail"));
            assertThat(message instanceof LayerMessage)
                    .isEqualTo(node.has("id") && node.has("progressDetail") && !node.has("errorDetail"));
            if (message instanceof LayerMessage layer) {
                JsonNode detail = node.get("progressDetail");
                assertThat(node.get("status").asString())
                        .startsWith(layer.step().words());
                assertThat(layer.id()).isEqualTo(node.get("id").asString());
                boolean seconds = detail.has("units");
                assertThat(layer.current()).isEqualTo(seconds ? null : number(detail, "current"));
                assertThat(layer.total()).isEqualTo(number(detail, "total"));
            }
        }
    }

    private static @Nullable Long number(JsonNode node, String name) {
        return node.has(name) ? Long.valueOf(node.get(name).asLong()) : null;
    }

    @ParameterizedTest
    @MethodSource("streams")
    void keepTheTrackersPromises(Recording recording) throws DecodeException {
        TrackerPromises.check(decode(recording));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void neverTakeASizeBack(Recording recording) throws DecodeException {
        long total = 0;
        for (Step step : track(decode(recording), new ProgressTracker())) {
            long sum = step.totals().bytesTotal() == null ? 0 : step.totals().bytesTotal();
            assertThat(sum).isGreaterThanOrEqualTo(total);
            total = sum;
        }
    }

    /** Docker ends a download that goes well; Podman's last word is the image's id. */
    @ParameterizedTest
    @MethodSource("streams")
    void reachTheEndOnlyWhenTheyAreTold(Recording recording) throws DecodeException {
        ProgressTracker tracker = new ProgressTracker();
        List<Step> steps = track(decode(recording), tracker);
        boolean failed = steps.stream().anyMatch(step -> step.message() instanceof Failure);
        if (failed || !recording.endedProperly() || steps.isEmpty()) {
            return;
        }
        Totals last = steps.getLast().totals();
        assertThat(last.percent()).isLessThan(100);
        assertThat(last.bytesCurrent()).isEqualTo(last.bytesTotal() == null ? 0 : last.bytesTotal());
        List<LayerChange> settled = tracker.completeLayers(ManualClock.START);
        assertThat(settled).allMatch(change -> change.phase() == LayerPhase.COMPLETE);
    }

    @Test
    void ofPodmanDoNotCountTheConfigurationAsALayer() throws DecodeException {
        int seen = 0;
        for (Recording recording : streams().toList()) {
            List<EngineMessage> messages = decode(recording);
            boolean podman = messages.stream().noneMatch(PullingFrom.class::isInstance)
                    && !messages.isEmpty()
                    && messages.getLast() instanceof LayerMessage;
            if (podman && recording.endedProperly()) {
                LayerMessage last = (LayerMessage) messages.getLast();
                assertThat(last.step()).isEqualTo(LayerStep.DOWNLOAD_COMPLETE);
                long ids = messages.stream()
                        .filter(LayerMessage.class::isInstance)
                        .map(message -> ((LayerMessage) message).id())
                        .distinct()
                        .count();
                ProgressTracker tracker = new ProgressTracker();
                track(messages, tracker);
                assertThat(tracker.totals(ManualClock.START).layersTotal())
                        .as(recording.name())
                        .isEqualTo((int) ids - 1);
                seen++;
            }
        }
        assertThat(seen).isGreaterThan(20);
    }

    private static Totals end(String name) throws DecodeException {
        ProgressTracker tracker = new ProgressTracker();
        track(decode(Recordings.load(name)), tracker);
        return tracker.complete(ManualClock.START);
    }

    @Test
    void agreeBetweenEnginesOnWhatTheImageIs() throws DecodeException {
        for (String engine : List.of("dockerd20", "dockerd28", "dockerd28ctrd", "synthetic-dockerd29", "podman43")) {
            // Podman tells no size of a layer that comes within a second, so its slow pull is taken.
            Totals totals = end(engine + (engine.startsWith("podman") ? "-throttled-4MBps" : "-fresh-4-layers"));
            assertThat(totals.bytesTotal()).as(engine).isEqualTo(41956067L + 20978166L + 10489227L + 5244751L);
            assertThat(totals.layersTotal()).as(engine).isEqualTo(4);
            assertThat(totals.layersDownloaded()).as(engine).isEqualTo(4);
        }
    }

    @Test
    void countCachedLayersApart() throws DecodeException {
        Totals partly = end("dockerd28-partly-cached");
        assertThat(partly.layersCached()).isEqualTo(2);
        assertThat(partly.layersDownloaded()).isEqualTo(2);
        Totals all = end("dockerd28-all-layers-cached-new-config");
        assertThat(all.layersCached()).isEqualTo(4);
        assertThat(all.bytesTotal()).isNull();
        Totals podman = end("podman43-all-layers-cached-new-config");
        assertThat(podman.layersCached()).isEqualTo(4);
        assertThat(podman.layersDownloaded()).isZero();
    }

    @Test
    void countWhatWasFetchedAfterACutOnTopOfWhatWasThere() throws DecodeException {
        ProgressTracker tracker = new ProgressTracker();
        List<Step> steps = track(decode(Recordings.load("dockerd20-conn-cut-mid-layer-2-times")), tracker);
        List<LayerChange> cut = steps.stream()
                .flatMap(step -> step.changes().stream())
                .filter(change -> change.layer().equals("8f4ab18178f4"))
                .toList();
        LayerChange retry = cut.stream()
                .filter(change -> change.engineRetry() == 1)
                .findFirst()
                .orElseThrow();
        assertThat(retry.phase()).isEqualTo(LayerPhase.WAITING);
        assertThat(retry.current()).isEqualTo(2193408);
        LayerChange again = cut.get(cut.indexOf(retry) + 1);
        assertThat(again.phase()).isEqualTo(LayerPhase.DOWNLOADING);
        assertThat(again.current()).isEqualTo(41956067 - 38956067 + 393216);
        assertThat(again.total()).isEqualTo(41956067);
        assertThat(steps.getLast().totals().engineRetry()).isEqualTo(1);
    }

    @Test
    void countEachRetryOnce() throws DecodeException {
        assertThat(end("dockerd20-conn-cut-mid-layer-always").engineRetry()).isEqualTo(5);
        assertThat(end("podman43-conn-cut-mid-layer-always").engineRetry()).isEqualTo(3);
    }

    @Test
    void showASteadyPercentageOfASteadyPull() throws DecodeException {
        List<Step> steps = track(decode(Recordings.load("dockerd28-throttled-4MBps")), new ProgressTracker());
        double before = 0;
        for (Step step : steps) {
            assertThat(step.totals().percent() - before).isLessThan(20);
            before = step.totals().percent();
        }
        assertThat(before).isEqualTo(99.9);
    }
}
