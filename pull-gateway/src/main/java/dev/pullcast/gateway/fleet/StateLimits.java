// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import dev.pullcast.contract.settings.Settings;
import java.util.List;

/**
 * How much a gateway keeps and tells.
 *
 * @param stateBytes memory for jobs, finished or not; beyond it finished ones are forgotten first
 * @param snapshotBytes of one snapshot, and of one job as it is shown
 * @param pageBytes of one page of a list
 * @param maxWorkers that are shown
 */
public record StateLimits(long stateBytes, long snapshotBytes, long pageBytes, int maxWorkers) {
    /** Keys of these. */
    public static final List<Settings.Key> KEYS = List.of(
            new Settings.Key(
                    "gateway.state-bytes",
                    "0",
                    "Maximum memory in bytes for jobs that are shown, finished or not. 0 for a quarter of the heap"),
            new Settings.Key(
                    "gateway.snapshot-bytes",
                    "0",
                    "Maximum size in bytes of a snapshot, and of one job in an answer. 0 for a twentieth of the heap"),
            new Settings.Key(
                    "gateway.page-bytes",
                    "4194304",
                    "Maximum size in bytes of a page of jobs; the next page has the rest"),
            new Settings.Key("gateway.max-workers", "100000", "Maximum number of workers that are shown"));

    /** What follows from this process's heap. */
    public static final StateLimits DEFAULT = of(0, 0, 4 * 1024 * 1024, 100_000);

    private static final long MIN_BYTES = 1024 * 1024;

    /** As set. @throws Settings.InvalidSetting naming the key that is wrong */
    public static StateLimits of(Settings settings) {
        return of(
                settings.getInt("gateway.state-bytes", 0, Integer.MAX_VALUE),
                settings.getInt("gateway.snapshot-bytes", 0, Integer.MAX_VALUE),
                settings.getInt("gateway.page-bytes", 65_536, Integer.MAX_VALUE),
                settings.getInt("gateway.max-workers", 1, 10_000_000));
    }

    private static StateLimits of(long state, long snapshot, long page, int workers) {
        return new StateLimits(state == 0 ? ofHeap(4) : state, snapshot == 0 ? ofHeap(20) : snapshot, page, workers);
    }

    /** A part of the heap that this process may have. */
    public static long ofHeap(int part) {
        return Math.max(MIN_BYTES, Runtime.getRuntime().maxMemory() / part);
    }
}
