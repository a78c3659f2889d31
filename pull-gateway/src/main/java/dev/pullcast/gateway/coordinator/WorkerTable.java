// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The newest heartbeat of every worker. Owned by the coordinator's thread. */
final class WorkerTable {
    /** After this time without a heartbeat a worker is forgotten: pods have new names after each start. */
    static final Duration MAX_SILENCE = Duration.ofHours(24);

    /** How long workers that fell silent while Kafka was away are waited for. */
    static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(10);
    /** A worker whose last heartbeat is older was gone before. */
    private static final Duration MAX_OUTAGE = Duration.ofMinutes(10);

    private static final int MAX_WORKERS = 200_000;

    private final TreeMap<String, WorkerStatus> workers = new TreeMap<>();
    private final Map<String, Instant> heard = new LinkedHashMap<>();
    /** Workers that look silent only because Kafka was away, or this coordinator was not there. */
    private final Set<String> unheard = new HashSet<>();

    private Instant settledAt = Instant.MIN;

    /**
     * Takes a heartbeat, or null when the worker left.
     *
     * @return whether targets may match it now that did not before
     */
    boolean put(String worker, @Nullable WorkerStatus status, Instant now) {
        heard.remove(worker);
        unheard.remove(worker);
        if (status == null || !status.worker().equals(worker)) {
            workers.remove(worker);
            return false;
        }
        heard.put(worker, now);
        forgetSilent(now);
        WorkerStatus before = workers.put(worker, status);
        return takesTasks(status, now)
                && (before == null
                        || !takesTasks(before, now)
                        || before.state() != status.state()
                        || !before.labels().equals(status.labels()));
    }

    /**
     * Kafka is in touch again, or for the first time. Workers that seem to have fallen silent lately may only not have been
     * heard: until {@link #SETTLE_TIMEOUT} has passed they are not taken for gone.
     */
    void inTouchAgain(Instant now) {
        settledAt = now.plus(SETTLE_TIMEOUT);
        unheard.clear();
        workers.values().stream()
                .filter(w -> w.isExpired(now) && !w.time().plus(MAX_OUTAGE).isBefore(now))
                .map(WorkerStatus::worker)
                .forEach(unheard::add);
    }

    /** Whether a worker that looks silent may only not have been heard. */
    private boolean isUnheard(String worker, Instant now) {
        return unheard.contains(worker) && now.isBefore(settledAt);
    }

    /** Whether a target may mean workers that were not heard yet. */
    boolean isUnsettled(Target target, Instant now) {
        return !unheard.isEmpty()
                && now.isBefore(settledAt)
                && unheard.stream()
                        .map(workers::get)
                        .anyMatch(w -> w != null && target.matches(w.worker(), w.labels()));
    }

    private void forgetSilent(Instant now) {
        Iterator<Map.Entry<String, Instant>> oldest = heard.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<String, Instant> one = oldest.next();
            if (heard.size() <= MAX_WORKERS && !one.getValue().plus(MAX_SILENCE).isBefore(now)) {
                return;
            }
            oldest.remove();
            workers.remove(one.getKey());
            unheard.remove(one.getKey());
        }
    }

    /** Those that a target means and that can be given a task, sorted by id. */
    List<WorkerStatus> matching(Target target, Instant now) {
        return workers.values().stream()
                .filter(w -> isCandidate(w, target, now))
                .toList();
    }

    /** Those that can be given a task, sorted by id. */
    List<WorkerStatus> live(Instant now) {
        return workers.values().stream().filter(w -> takesTasks(w, now)).toList();
    }

    /** Those that a target means, be they live or not, sorted. */
    List<String> meant(Target target) {
        return workers.values().stream()
                .filter(w -> target.matches(w.worker(), w.labels()))
                .map(WorkerStatus::worker)
                .toList();
    }

    /** The one for a job of mode {@code any}: the least loaded, among equals by a hash so that jobs spread. */
    Optional<WorkerStatus> pick(Target target, String job, Instant now) {
        return workers.values().stream()
                .filter(w -> isCandidate(w, target, now))
                .min(Comparator.comparingInt(WorkerStatus::load).thenComparingInt(w -> mix(job + '/' + w.worker())));
    }

    /** Hash codes of texts that differ in their last letters stand in the order of these, whatever comes before. */
    private static int mix(String text) {
        return new SplittableRandom(text.hashCode()).nextInt();
    }

    /** Whether a target means this worker and it can be given a task. */
    static boolean isCandidate(WorkerStatus worker, Target target, Instant now) {
        return isAble(worker, target.mode(), now) && target.matches(worker.worker(), worker.labels());
    }

    /** Whether a worker that a job expects can be given its task. */
    boolean canStart(String worker, Target.Mode mode, Instant now) {
        WorkerStatus status = workers.get(worker);
        return status != null && isAble(status, mode, now);
    }

    private static boolean isAble(WorkerStatus worker, Target.Mode mode, Instant now) {
        // One of any must be able to start; all of them includes those whose engine may come back.
        return (mode == Target.Mode.ALL || worker.state() == WorkerStatus.State.READY) && takesTasks(worker, now);
    }

    /** Whether it is known and was heard of lately, be it on its way out. */
    boolean isLive(String worker, Instant now) {
        WorkerStatus status = workers.get(worker);
        return status != null && (!status.isExpired(now) || isUnheard(worker, now));
    }

    private static boolean takesTasks(WorkerStatus worker, Instant now) {
        return worker.state() != WorkerStatus.State.DRAINING && !worker.isExpired(now);
    }
}
