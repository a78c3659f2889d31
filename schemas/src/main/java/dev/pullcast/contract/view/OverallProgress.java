// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import org.jspecify.annotations.Nullable;

/**
 * The progress of several pulls as one number, by bytes where sizes are known, else by images.
 *
 * <p>A pull whose size is known weighs its bytes; one that found its image there weighs nothing. A pull whose size is not
 * known weighs as much as the known ones do on average, and counts by its own percentage; where no size is known, all
 * images weigh the same. A pull that failed or was cancelled stays as far as it came. The number never falls, and is below
 * 100 while a pull is open. The dashboard's {@code select.js} computes the same.
 *
 * <p>Each change costs the same, however many pulls there are. Not synchronised.
 */
public final class OverallProgress {
    private static final double MAX_OPEN = 99.9;

    private int pulls;
    private int open;
    private double shares;
    private int sized;
    private long sizedCurrent;
    private long sizedTotal;
    private int unsized;
    private double unsizedShares;
    private long unsizedCurrent;
    private double reached;

    /**
     * What one pull adds.
     *
     * @param open whether it goes on
     * @param share of the image that is there by its own percentage, 0 to 1
     * @param current bytes so far
     * @param total bytes in all; null while unknown; 0 where nothing has to be loaded
     */
    public record Part(
            boolean open,
            double share,
            long current,
            @Nullable Long total) {
        /** The part of a pull that has not begun. */
        public static final Part NOTHING = new Part(true, 0, 0, null);

        /** The part of a pull in some state. */
        public static Part of(PullView.State state, double percent, long bytesCurrent, @Nullable Long bytesTotal) {
            return switch (state) {
                case SKIPPED -> new Part(false, 1, 0, 0L);
                case SUCCEEDED -> new Part(false, 1, bytesCurrent, bytesTotal);
                case FAILED, CANCELLED -> new Part(false, percent / 100, bytesCurrent, bytesTotal);
                case PENDING, QUEUED, RUNNING, RETRYING, LOST ->
                    new Part(true, percent / 100, bytesCurrent, bytesTotal);
            };
        }
    }

    /** Adds a pull. */
    public void add(Part part) {
        count(part, 1);
    }

    /** Puts a pull's new part in place of the one before. */
    public void replace(Part before, Part after) {
        count(before, -1);
        count(after, 1);
    }

    private void count(Part part, int sign) {
        pulls += sign;
        shares += sign * part.share();
        if (part.open()) {
            open += sign;
        }
        Long total = part.total();
        if (total == null) {
            unsized += sign;
            unsizedShares += sign * part.share();
            unsizedCurrent += sign * part.current();
        } else if (total > 0) {
            sized += sign;
            sizedTotal += sign * total;
            sizedCurrent += sign * Math.min(part.current(), total);
        }
    }

    /** The percentage, 0 to 100; never less than it was. */
    public double percent() {
        double now = open > 0 ? Math.min(MAX_OPEN, 100 * share()) : 100 * share();
        reached = Math.max(reached, Math.clamp(now, 0, 100));
        return rounded(reached);
    }

    private double share() {
        if (sized > 0) {
            double average = (double) sizedTotal / sized;
            return (sizedCurrent + average * unsizedShares) / (sizedTotal + average * unsized);
        }
        if (unsized > 0) {
            return unsizedShares / unsized;
        }
        return pulls == 0 ? 0 : shares / pulls;
    }

    /** The bytes that all pulls have loaded so far. */
    public long bytesCurrent() {
        return sizedCurrent + unsizedCurrent;
    }

    /** The bytes that all pulls have to load; null while the size of one of them is not known. */
    public @Nullable Long bytesTotal() {
        return unsized > 0 || pulls == 0 ? null : sizedTotal;
    }

    /** A percentage with two decimals at most, never rounded up to one that was not reached. */
    public static double rounded(double percent) {
        // A sum of doubles may be a hair below what it stands for.
        return Math.floor(percent * 100 + 1e-6) / 100;
    }
}
