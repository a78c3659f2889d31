// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Events of one job, written down in one line each. */
public final class Samples {
    public static final Instant START = Instant.parse("2026-05-04T10:00:00Z");

    private Samples() {}

    public static PullOrigin origin(String worker, String image, long seq, double second) {
        return new PullOrigin(
                "job-1",
                worker,
                "pull-" + image,
                "incarnation-1",
                image,
                "docker.io/library/" + image,
                null,
                null,
                1,
                0,
                seq,
                START.plusMillis((long) (second * 1000)));
    }

    public static PullEvent queued(String image) {
        return new PullEvent.Queued(origin("w1", image, 1, 0));
    }

    public static PullEvent started(String image) {
        return new PullEvent.Started(origin("w1", image, 2, 0.5));
    }

    public static PullEvent layer(String image, String layer, LayerPhase phase) {
        return new PullEvent.Layer(origin("w1", image, 3, 1), layer, phase, null, null, null);
    }

    public static PullEvent progress(String image, double percent, long current, @Nullable Long total, double second) {
        return new PullEvent.Progress(origin("w1", image, 4, second), current, total, percent, 2, 5, 5_200_000L, 75L);
    }

    public static PullEvent retrying(String image) {
        return new PullEvent.Retrying(
                origin("w1", image, 5, 2), FailureReason.NETWORK, "reset by peer", 5, START.plusSeconds(12));
    }

    public static PullEvent succeeded(String image) {
        return new PullEvent.Succeeded(
                origin("w1", image, 6, 4),
                "sha256:" + "0123456789abcdef".repeat(4),
                null,
                27_123_456,
                1,
                4,
                10,
                2500,
                700);
    }

    public static PullEvent skipped(String image) {
        return new PullEvent.Skipped(origin("w1", image, 2, 0.1), "sha256:" + "fedcba9876543210".repeat(4));
    }

    public static PullEvent failed(String image) {
        return new PullEvent.Failed(
                origin("w1", image, 7, 3),
                FailureReason.NOT_FOUND,
                false,
                1,
                "manifest for " + image + " not found: manifest unknown",
                FailureReason.NOT_FOUND.hint());
    }

    public static PullEvent cancelled(String image) {
        return new PullEvent.Cancelled(origin("w1", image, 7, 3), "asked for by Ann");
    }

    /** One pull in each state. */
    static Board everyState() {
        Board board = new Board();
        for (String image : new String[] {"alpine:3.20", "nginx:1.27", "postgres:17", "redis:7", "busybox", "nope:1"}) {
            board.accept(queued(image));
        }
        board.accept(started("alpine:3.20"));
        board.accept(progress("alpine:3.20", 45.9, 12_345_678, 27_123_456L, 2));
        board.accept(started("nginx:1.27"));
        board.accept(progress("nginx:1.27", 82, 70_100_000, 70_100_000L, 2));
        board.accept(layer("nginx:1.27", "aaaaaaaaaaaa", LayerPhase.EXTRACTING));
        board.accept(layer("nginx:1.27", "bbbbbbbbbbbb", LayerPhase.COMPLETE));
        board.accept(succeeded("postgres:17"));
        board.accept(skipped("redis:7"));
        board.accept(retrying("busybox"));
        board.accept(failed("nope:1"));
        board.accept(queued("mysql:9"));
        return board;
    }
}
