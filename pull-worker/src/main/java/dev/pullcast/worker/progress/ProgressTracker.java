// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.worker.stream.EngineMessage;
import dev.pullcast.worker.stream.EngineMessage.Digest;
import dev.pullcast.worker.stream.EngineMessage.Failure;
import dev.pullcast.worker.stream.EngineMessage.Finished;
import dev.pullcast.worker.stream.EngineMessage.LayerMessage;
import dev.pullcast.worker.stream.EngineMessage.Note;
import dev.pullcast.worker.stream.EngineMessage.PullingFrom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what an engine says about the layers of one pull, over all its attempts.
 *
 * <p>The percentage measures work, not bytes alone: a layer's weight is its size (unknown sizes count as the mean of the
 * known ones), and of each layer the download is 80 % and the unpacking 20 %, except for engines that unpack while they
 * download. Each step moves the percentage by the step's share of what was left to do <em>before</em> it. So it is
 * the plain ratio while nothing unforeseen happens, and slows down, but never runs backwards, when a layer becomes known
 * or bytes are thrown away. It reaches 100 only through {@link #complete}: states of layers prove nothing.
 *
 * <p>Not synchronised; no clock inside. Memory is bounded by {@link #MAX_LAYERS}.
 */
public final class ProgressTracker {
    /** More layers than any engine accepts; what a stream names beyond them is not followed. */
    public static final int MAX_LAYERS = 1024;

    private final Map<String, LayerLedger> layers = new LinkedHashMap<>();
    private final SpeedMeter speed = new SpeedMeter();
    private Dialect dialect = Dialect.PODMAN;
    private @Nullable Instant lastByteAt;
    private @Nullable ExpectedSizes expected;
    private double done;
    private boolean complete;

    /**
     * A new call to the engine follows, the first or another. Layers may start again; what was known of their sizes is
     * kept.
     */
    public void beginAttempt(Instant now) {
        layers.values().forEach(LayerLedger::beginAttempt);
        speed.reset();
        dialect = Dialect.PODMAN;
        lastByteAt = null;
    }

    /**
     * Enters one message.
     *
     * @param now when it was read
     * @return what is new about layers, in order; empty if nothing
     */
    public List<LayerChange> on(EngineMessage message, Instant now) {
        return switch (message) {
            case LayerMessage layer -> onLayer(layer, now);
            case PullingFrom _ -> {
                dialect = Dialect.DOCKER;
                yield List.of();
            }
            case Digest _, Finished _, Failure _, Note _ -> List.of();
        };
    }

    private List<LayerChange> onLayer(LayerMessage message, Instant now) {
        LayerLedger layer = layers.get(message.id());
        if (layer == null) {
            if (layers.size() >= MAX_LAYERS) {
                return List.of();
            }
            layer = new LayerLedger(message.id());
            layers.put(message.id(), layer);
            expectOf(message.id(), layer);
        }
        boolean announced = !layer.isSeen();
        long bytesBefore = layer.bytes();
        LayerPhase phaseBefore = layer.phase();
        layer.take(message, dialect);
        // A size that is first told while unpacking brings no bytes: they came before.
        long arrived = phaseBefore.hasAllBytes() ? 0 : Math.max(0, layer.bytes() - bytesBefore);
        if (arrived > 0 || movedOn(phaseBefore, layer.phase()) || (announced && dialect == Dialect.PODMAN)) {
            lastByteAt = now;
        }
        speed.add(arrived, now);
        moveOn(layer);
        LayerChange change = layer.change();
        return change == null ? List.of() : List.of(change);
    }

    /**
     * Enters what the manifest says. Layers that the engine has not named, or that it has already, are not counted for
     * it.
     *
     * @return what is new about layers
     */
    public List<LayerChange> expect(ExpectedSizes sizes) {
        expected = sizes;
        List<LayerChange> changes = new ArrayList<>();
        layers.forEach((id, layer) -> {
            expectOf(id, layer);
            LayerChange change = layer.isSeen() ? layer.change() : null;
            if (change != null) {
                changes.add(change);
            }
        });
        return changes;
    }

    private void expectOf(String id, LayerLedger layer) {
        ExpectedSizes sizes = expected;
        if (sizes == null) {
            return;
        }
        Long bytes = sizes.layers().get(id);
        if (bytes != null) {
            layer.expect(bytes);
        }
        if (id.equals(sizes.config())) {
            layer.expectConfig();
        }
    }

    /** Whether a layer that is to be downloaded has no size yet, which the image's manifest would tell. */
    public boolean lacksSizes() {
        return expected == null
                && layers.values().stream().anyMatch(layer -> layer.isDownload() && layer.size() == null);
    }

    /** A download that begins or ends counts as a sign of life like a byte: small layers show no bytes at all. */
    private static boolean movedOn(LayerPhase before, LayerPhase after) {
        return before != after && (after == LayerPhase.DOWNLOADING || (!before.hasAllBytes() && after.hasAllBytes()));
    }

    private void moveOn(LayerLedger layer) {
        double now = layer.workNow(dialect);
        double before = layer.workDone();
        layer.setWorkDone(now);
        if (now <= before || !layer.isDownload()) {
            return;
        }
        double mean = meanSize();
        double left = weight(layer, mean) * (1 - before);
        for (LayerLedger other : layers.values()) {
            if (other != layer && other.isDownload()) {
                left += weight(other, mean) * (1 - other.workDone());
            }
        }
        if (left > 0) {
            done = Math.min(1, done + (1 - done) * weight(layer, mean) * (now - before) / left);
        }
    }

    private static double weight(LayerLedger layer, double mean) {
        Long size = layer.size();
        return size == null ? mean : size;
    }

    /** Of the known sizes; 1 where none is known, so that layers count alike. */
    private double meanSize() {
        double sum = 0;
        int known = 0;
        for (LayerLedger layer : layers.values()) {
            Long size = layer.size();
            if (layer.isDownload() && size != null) {
                sum += size;
                known++;
            }
        }
        return known == 0 ? 1 : sum / known;
    }

    /**
     * The pull succeeded (the stream ended properly and the image was found): settles every layer that the engine left
     * open. Engines do that: Podman never says that a layer is stored, Docker's containerd store forgets some.
     *
     * @return what is new about layers
     */
    public List<LayerChange> completeLayers(Instant now) {
        List<LayerChange> changes = new ArrayList<>();
        for (LayerLedger layer : layers.values()) {
            if (layer.isSeen()) {
                layer.complete();
                LayerChange change = layer.change();
                if (change != null) {
                    changes.add(change);
                }
            }
        }
        complete = true;
        return changes;
    }

    /** Does what {@link #completeLayers} does, and returns the final sum, at 100 percent. */
    public Totals complete(Instant now) {
        completeLayers(now);
        return totals(now);
    }

    /** The sum at this moment. Speed and ETA depend on {@code now}, nothing else does. */
    public Totals totals(Instant now) {
        Sum sum = new Sum();
        double mean = meanSize();
        for (LayerLedger layer : layers.values()) {
            if (layer.isLayer()) {
                sum.add(layer, mean);
            }
        }
        Double rate = sum.bytesLeft > 0 && !complete ? speed.bytesPerSecond(now) : null;
        Long eta =
                rate != null && rate >= 1 && sum.anySize ? Long.valueOf((long) Math.ceil(sum.bytesLeft / rate)) : null;
        return new Totals(
                sum.bytes,
                sum.anySize ? Long.valueOf(sum.sizes) : null,
                percent(),
                sum.done,
                sum.layers,
                sum.cached,
                sum.downloaded,
                rate == null ? null : Long.valueOf(Math.round(rate)),
                eta,
                sum.engineRetry);
    }

    private final class Sum {
        private long bytes;
        private long sizes;
        private boolean anySize;
        private double bytesLeft;
        private int layers;
        private int done;
        private int cached;
        private int downloaded;
        private int engineRetry;

        void add(LayerLedger layer, double meanSize) {
            layers++;
            done += layer.isDone(dialect) ? 1 : 0;
            engineRetry = Math.max(engineRetry, layer.engineRetry());
            if (!layer.isDownload()) {
                cached++;
                return;
            }
            Long size = layer.size();
            anySize |= size != null;
            bytes += layer.bytes();
            sizes += size == null ? layer.bytes() : size;
            if (layer.phase().hasAllBytes()) {
                downloaded++;
            } else {
                bytesLeft += Math.max(0, weight(layer, meanSize) - layer.bytes());
            }
        }
    }

    /** In tenths, rounded down, so that 100 is never shown too early. */
    private double percent() {
        return complete ? 100 : Math.min(99.9, Math.floor(done * 1000) / 10);
    }

    /** The state of each layer named in this attempt, for somebody who joins late. */
    public List<LayerChange> layers() {
        return layers.values().stream()
                .filter(LayerLedger::isSeen)
                .map(layer -> layer.state(true))
                .toList();
    }

    /**
     * When the last byte arrived in this attempt, or a download began or ended; null before. Repeated messages without a
     * new byte do not move it.
     */
    public @Nullable Instant lastByteAt() {
        return lastByteAt;
    }

    /**
     * Whether the engine is fetching bytes, so that silence would be a stall; not so while layers only wait. Podman
     * announces a layer when its download begins, and then says nothing before a second has passed and more has come.
     */
    public boolean isDownloading() {
        return isAny(LayerPhase.DOWNLOADING) || (dialect == Dialect.PODMAN && isAny(LayerPhase.WAITING));
    }

    /** Whether the engine is unpacking, which may be silent for long. */
    public boolean isExtracting() {
        return isAny(LayerPhase.EXTRACTING);
    }

    private boolean isAny(LayerPhase phase) {
        return layers.values().stream().anyMatch(layer -> layer.isSeen() && layer.phase() == phase);
    }

    /**
     * Bytes that this pull brought, over all attempts, as far as the engine told sizes; a byte fetched again counts once.
     */
    public long bytesDownloaded() {
        return layers.values().stream().mapToLong(LayerLedger::mostBytes).sum();
    }
}
