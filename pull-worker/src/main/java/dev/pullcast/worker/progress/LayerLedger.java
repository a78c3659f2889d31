// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.worker.stream.EngineMessage.LayerMessage;
import org.jspecify.annotations.Nullable;

/**
 * The account of one layer. It takes the engine's words one by one and keeps what they add up to; what an engine says
 * too late, twice, or in another order than others do is settled here.
 */
final class LayerLedger {
    /** Share of a layer's work that is its download, where the engine unpacks afterwards. */
    private static final double DOWNLOAD_SHARE = 0.8;

    private final String id;

    // Survive a new attempt: they are true of the blob, or of the whole pull.
    private @Nullable Long size;
    private boolean broughtWhole;
    private long mostBytes;
    private boolean expectedConfig;

    // Start anew with each attempt.
    private boolean seen;
    private LayerPhase phase = LayerPhase.WAITING;
    private int engineRetry;
    private @Nullable Long retryIn;
    private long bytes;
    private boolean heldFull;
    private @Nullable Long extracted;
    private @Nullable Long seconds;
    private boolean imageConfig;
    private double workDone;
    private @Nullable LayerChange last;

    LayerLedger(String id) {
        this.id = id;
    }

    /** A new call to the engine: nothing is known of the layer until the engine names it again. */
    void beginAttempt() {
        seen = false;
        phase = LayerPhase.WAITING;
        engineRetry = 0;
        last = null;
        imageConfig = false;
        startOver();
    }

    private void startOver() {
        retryIn = null;
        bytes = 0;
        heldFull = false;
        extracted = null;
        seconds = null;
        workDone = 0;
    }

    /** Enters what the image's manifest says of its size, which is true whatever the engine told so far. */
    void expect(long bytesInManifest) {
        if (size == null || size < bytesInManifest) {
            size = bytesInManifest;
        }
        if (phase.hasAllBytes() && phase != LayerPhase.CACHED) {
            count(size);
        }
    }

    /** It is the image's configuration, by its manifest. */
    void expectConfig() {
        expectedConfig = true;
    }

    /** Enters what the engine said. */
    void take(LayerMessage message, Dialect dialect) {
        seen = true;
        if (phase.isFinal()) {
            // Docker says "Pull complete" after "Already exists", and twice; nothing moves a finished layer.
            return;
        }
        switch (message.step()) {
            case PULLING_FS_LAYER -> announced();
            case WAITING -> {}
            case RETRYING -> retrying(message.seconds());
            case DOWNLOADING -> downloading(message);
            case VERIFYING -> advance(LayerPhase.VERIFYING);
            case DOWNLOAD_COMPLETE -> downloaded(dialect);
            case EXTRACTING -> extracting(message);
            case PULL_COMPLETE -> advance(LayerPhase.COMPLETE);
            // Podman's own retry says it of what the first round brought.
            case ALREADY_EXISTS -> advance(broughtWhole ? LayerPhase.COMPLETE : LayerPhase.CACHED);
        }
    }

    /** Podman retries the whole image without a word and announces the layers again. */
    private void announced() {
        if (phase != LayerPhase.WAITING) {
            engineRetry++;
            phase = LayerPhase.WAITING;
            startOver();
        }
    }

    private void retrying(@Nullable Long in) {
        boolean counting = retryIn != null && in != null && in <= retryIn;
        if (!counting) {
            engineRetry++;
            phase = LayerPhase.WAITING;
            heldFull = false;
        }
        retryIn = in == null ? Long.valueOf(0) : in;
    }

    private void downloading(LayerMessage message) {
        if (phase.compareTo(LayerPhase.DOWNLOADING) > 0) {
            return;
        }
        phase = LayerPhase.DOWNLOADING;
        retryIn = null;
        Long total = message.total();
        Long current = message.current();
        // After a retry Docker counts only what was left to fetch; the size of a blob never shrinks.
        long before = size != null && total != null && total < size ? size - total : 0;
        if (total != null && before == 0) {
            size = Math.max(total, bytes);
        }
        if (current == null) {
            return;
        }
        // When a download breaks, Docker reports it as whole just before it says "Retrying"
        // (its progressreader's Close). So a whole download counts only once something else confirms it.
        boolean whole = total != null && current >= total;
        if (whole && !heldFull) {
            heldFull = true;
            return;
        }
        heldFull = whole;
        count(size == null ? before + current : Math.min(before + current, size));
    }

    private void count(long now) {
        bytes = now;
        mostBytes = Math.max(mostBytes, now);
    }

    private void downloaded(Dialect dialect) {
        if (phase == LayerPhase.DOWNLOADED && dialect == Dialect.PODMAN) {
            // Podman's last line has the image's id, which is the digest of the image's configuration:
            // that blob was announced like a layer and is none.
            imageConfig = true;
        }
        advance(LayerPhase.DOWNLOADED);
    }

    private void extracting(LayerMessage message) {
        advance(LayerPhase.EXTRACTING);
        Long total = message.total();
        if (total != null && size == null) {
            size = Math.max(total, bytes);
            count(size);
        }
        Long now = message.current() == null ? extracted : message.current();
        extracted = now == null || size == null ? now : Long.valueOf(Math.min(now, size));
        if (message.seconds() != null) {
            seconds = message.seconds();
        }
    }

    private void advance(LayerPhase to) {
        if (to.compareTo(phase) <= 0) {
            return;
        }
        phase = to;
        retryIn = null;
        if (to != LayerPhase.CACHED) {
            broughtWhole = true;
            if (size != null) {
                count(size);
            }
        }
    }

    /** The pull succeeded, so the layer is there, whatever the engine last said of it. */
    void complete() {
        if (!phase.isFinal()) {
            advance(LayerPhase.COMPLETE);
        }
    }

    /** What is new since the last call, or null. */
    @Nullable
    LayerChange change() {
        LayerChange now = state(false);
        LayerChange before = last;
        last = now;
        if (before == null || before.phase() != phase || before.engineRetry() != engineRetry) {
            return state(true);
        }
        return now.equals(before) ? null : now;
    }

    LayerChange state(boolean phaseChanged) {
        Long current = switch (phase) {
            case WAITING -> bytes == 0 ? null : Long.valueOf(bytes);
            case DOWNLOADING -> bytes;
            case VERIFYING, DOWNLOADED, COMPLETE -> size;
            case EXTRACTING -> extracted;
            case CACHED -> null;
        };
        return new LayerChange(
                id, phase, current, size, phase == LayerPhase.EXTRACTING ? seconds : null, engineRetry, phaseChanged);
    }

    /** How much of the layer's work is done by now, 0 to 1. */
    double workNow(Dialect dialect) {
        double download = dialect == Dialect.PODMAN ? 1 : DOWNLOAD_SHARE;
        return switch (phase) {
            case WAITING, DOWNLOADING -> size == null ? 0 : download * bytes / size;
            case VERIFYING, DOWNLOADED -> download;
            case EXTRACTING ->
                size == null || extracted == null ? download : download + (1 - download) * extracted / size;
            case COMPLETE, CACHED -> 1;
        };
    }

    /** What {@link #workNow} was when the percentage was last moved on. */
    double workDone() {
        return workDone;
    }

    void setWorkDone(double done) {
        workDone = done;
    }

    boolean isSeen() {
        return seen;
    }

    /** Whether it is a layer that the engine named in this attempt. */
    boolean isLayer() {
        return seen && !imageConfig && !expectedConfig;
    }

    /** Whether its bytes belong to the download of this attempt. */
    boolean isDownload() {
        return isLayer() && phase != LayerPhase.CACHED;
    }

    boolean isDone(Dialect dialect) {
        return phase.isFinal() || (dialect == Dialect.PODMAN && phase == LayerPhase.DOWNLOADED);
    }

    LayerPhase phase() {
        return phase;
    }

    int engineRetry() {
        return engineRetry;
    }

    /** Bytes downloaded in this attempt. */
    long bytes() {
        return bytes;
    }

    /** The most bytes of it that were ever there in this pull. */
    long mostBytes() {
        return mostBytes;
    }

    /** In bytes, or null until known. */
    @Nullable
    Long size() {
        return size;
    }
}
