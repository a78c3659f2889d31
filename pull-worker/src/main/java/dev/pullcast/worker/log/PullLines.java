// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.log;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.text.VisibleText;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Events as lines for people. Bytes of a layer, or of a whole pull, make at most one line every two seconds; changes of
 * phase and everything else always make one. One thread; no clock inside.
 */
final class PullLines {
    private static final Duration PACE = Duration.ofSeconds(2);
    private static final int LAYER_CELLS = 40;
    private static final int PULL_CELLS = 50;

    private final DateTimeFormatter time;
    private final Map<String, Last> last = new HashMap<>();

    private record Last(Instant at, Object phase) {}

    PullLines(ZoneId zone) {
        this.time = DateTimeFormatter.ofPattern("'['uuuu-MM-dd HH:mm:ss']'", Locale.ROOT)
                .withZone(zone);
    }

    /** The line of an event, safe to show whatever an engine's words hold; null if it says nothing worth reading now. */
    @Nullable
    String lineOf(PullEvent.OfPull event) {
        PullOrigin origin = event.origin();
        String text = textOf(event);
        if (event.isTerminal()) {
            last.keySet().removeIf(key -> key.startsWith(pullKey(origin)));
        }
        return text == null ? null : time.format(origin.time()) + ' ' + VisibleText.masked(text, ' ');
    }

    private @Nullable String textOf(PullEvent.OfPull event) {
        PullOrigin origin = event.origin();
        String image = origin.image();
        return switch (event) {
            case PullEvent.Queued _ -> image + ": queued for job " + origin.job();
            case PullEvent.Started _ -> image + ": pulling, attempt " + origin.attempt();
            case PullEvent.Layer layer -> isDue(origin, layer.layer(), layer.phase()) ? layerText(image, layer) : null;
            case PullEvent.Progress progress -> isDue(origin, "", "") ? progressText(image, progress) : null;
            case PullEvent.Retrying retrying ->
                "%s: %s, trying again in %.1f s: %s"
                        .formatted(image, retrying.reason().wireName(), retrying.delaySeconds(), retrying.message());
            case PullEvent.Succeeded succeeded -> image + ": SUCCEEDED, " + succeededText(succeeded);
            case PullEvent.Skipped skipped ->
                image + ": already present, " + Objects.requireNonNullElse(skipped.digest(), "no digest");
            case PullEvent.Failed failed ->
                "%s: FAILED (%s): %s | hint: %s"
                        .formatted(image, failed.reason().wireName(), failed.message(), failed.hint());
            case PullEvent.Cancelled cancelled -> image + ": cancelled: " + cancelled.message();
        };
    }

    private static String succeededText(PullEvent.Succeeded event) {
        String digest = Objects.requireNonNullElse(event.digest(), "no digest");
        Long bytes = event.bytesDownloaded();
        if (event.layersDownloaded() == 0 && bytes != null && bytes == 0) {
            return "up to date, %d layers cached, %s".formatted(event.layersCached(), digest);
        }
        return "%s in %.1f s, %d layers new, %d cached, %s"
                .formatted(
                        bytes == null ? "size unknown," : megabytes(bytes),
                        (event.downloadMillis() + event.extractMillis()) / 1000.0,
                        event.layersDownloaded(),
                        event.layersCached(),
                        digest);
    }

    private boolean isDue(PullOrigin origin, String what, Object phase) {
        String key = pullKey(origin) + what;
        Last before = last.get(key);
        if (before != null
                && before.phase().equals(phase)
                && origin.time().isBefore(before.at().plus(PACE))) {
            return false;
        }
        last.put(key, new Last(origin.time(), phase));
        return true;
    }

    private static String pullKey(PullOrigin origin) {
        return origin.job() + '/' + origin.pull() + '/';
    }

    private static String layerText(String image, PullEvent.Layer layer) {
        String phase = layer.phase().name().toLowerCase(Locale.ROOT);
        Long current = layer.current();
        Long total = layer.total();
        if (layer.phase().isFinal() || current == null || total == null || total == 0) {
            return "%s: layer %s %s".formatted(image, layer.layer(), phase);
        }
        return "%s: layer %s %s %s %s of %s"
                .formatted(
                        image,
                        layer.layer(),
                        bar((double) current / total, LAYER_CELLS),
                        phase,
                        megabytes(current),
                        megabytes(total));
    }

    private static String progressText(String image, PullEvent.Progress progress) {
        Long total = progress.bytesTotal();
        Long rate = progress.bytesPerSecond();
        return "%s: %s %.1f %%, %s%s%s"
                .formatted(
                        image,
                        bar(progress.percent() / 100, PULL_CELLS),
                        progress.percent(),
                        total == null && progress.bytesCurrent() == 0
                                ? "size unknown"
                                : megabytes(progress.bytesCurrent()),
                        total == null ? "" : " of " + megabytes(total),
                        rate == null ? "" : ", " + megabytes(rate) + "/s");
    }

    private static String bar(double part, int cells) {
        int full = Math.clamp(Math.round(part * cells), 0, cells);
        return '[' + "#".repeat(full) + "-".repeat(cells - full) + ']';
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
