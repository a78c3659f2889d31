// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.tenants;

import dev.pullcast.contract.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How much each project may ask for. Immutable.
 *
 * @param usual of a project that has none of its own
 * @param own by project
 */
public record Quotas(Quota usual, Map<String, Quota> own) {
    private static final String JOBS = "quota.jobs-per-minute";
    private static final String BYTES = "quota.bytes-per-day";
    private static final String PULLS = "quota.pulls-at-once";
    private static final String UNDER_WAY = "quota.bytes-under-way";

    /** What a project may take of the heap for jobs that have not ended. */
    private static final int HEAP_SHARE = 8;

    /** Keys of these; each has a form with a project's name behind it. */
    public static final List<Settings.Key> KEYS = List.of(
            new Settings.Key(
                    JOBS,
                    "6000",
                    "Maximum number of jobs that a project enqueues per minute, at each gateway. 0 for no bound"),
            ofProject(JOBS),
            new Settings.Key(
                    BYTES,
                    "1073741824",
                    "Maximum size of the job records that a project enqueues per day, in bytes, at each gateway. 0 for no bound"),
            ofProject(BYTES),
            new Settings.Key(
                    PULLS,
                    "1000000",
                    "Maximum number of pulls of a project that have not ended, one for each image and worker. 0 for no bound"),
            ofProject(PULLS),
            new Settings.Key(
                    UNDER_WAY,
                    "0",
                    "Maximum memory in bytes for the jobs of a project that have not ended. 0 for an eighth of the heap"),
            ofProject(UNDER_WAY));

    /** The defaults. */
    public static final Quotas DEFAULT =
            new Quotas(new Quota(6000, 1024L * 1024 * 1024, 1_000_000, ofHeap()), Map.of());

    /**
     * Of one project.
     *
     * @param jobsPerMinute records that ask for a job
     * @param bytesPerDay of those records
     * @param pullsAtOnce of its jobs, that have not ended
     * @param bytesUnderWay memory for its jobs that have not ended
     */
    public record Quota(long jobsPerMinute, long bytesPerDay, long pullsAtOnce, long bytesUnderWay) {}

    /** Settles the map. */
    public Quotas {
        own = Map.copyOf(own);
    }

    private static Settings.Key ofProject(String family) {
        return new Settings.Key(family + ".*", "", "The same for the project that stands for the star");
    }

    private static long ofHeap() {
        return Math.max(1024 * 1024, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    }

    /** As set. @throws Settings.InvalidSetting naming the key that is wrong */
    public static Quotas of(Settings settings) {
        Quota usual = new Quota(
                number(JOBS, settings.get(JOBS), Long.MAX_VALUE),
                number(BYTES, settings.get(BYTES), Long.MAX_VALUE),
                number(PULLS, settings.get(PULLS), Long.MAX_VALUE),
                number(UNDER_WAY, settings.get(UNDER_WAY), ofHeap()));
        Set<String> projects = new TreeSet<>();
        for (String key : List.of(JOBS, BYTES, PULLS, UNDER_WAY)) {
            projects.addAll(settings.family(key).keySet());
        }
        Map<String, Quota> own = new TreeMap<>();
        for (String project : projects) {
            own.put(
                    project,
                    new Quota(
                            number(settings, JOBS, project, usual.jobsPerMinute(), Long.MAX_VALUE),
                            number(settings, BYTES, project, usual.bytesPerDay(), Long.MAX_VALUE),
                            number(settings, PULLS, project, usual.pullsAtOnce(), Long.MAX_VALUE),
                            number(settings, UNDER_WAY, project, usual.bytesUnderWay(), ofHeap())));
        }
        return new Quotas(usual, own);
    }

    private static long number(Settings settings, String family, String project, long usual, long ifZero) {
        String key = family + '.' + project;
        String text = settings.find(key);
        return text == null ? usual : number(key, text, ifZero);
    }

    private static long number(String key, String text, long ifZero) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number == 0 ? ifZero : number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new Settings.InvalidSetting(
                "setting '" + key + "' is '" + text + "'; it must be a whole number, 0 or more");
    }

    /** Of a project; {@code ""} for what has none. */
    public Quota of(String project) {
        return own.getOrDefault(project, usual);
    }

    /** Of a project; {@code ""} for what has none. */
    public long pullsAtOnce(String project) {
        return of(project).pullsAtOnce();
    }

    /** Of a project; {@code ""} for what has none. */
    public long bytesUnderWay(String project) {
        return of(project).bytesUnderWay();
    }
}
