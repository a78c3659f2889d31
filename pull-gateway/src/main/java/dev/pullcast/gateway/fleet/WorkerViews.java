// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Workers by their newest heartbeats, bounded in number, in bytes and in time: pods have new names after each start, and
 * many never say that they leave. Owned by the thread of its {@link FleetView}.
 */
final class WorkerViews {
    /** After this time without a heartbeat a worker is forgotten. */
    static final Duration MAX_SILENCE = Duration.ofHours(24);

    private static final int MAX_DEPARTED = 1_000;
    private static final int MAX_LEFT = 10_000;

    private final int maxWorkers;
    private final long maxBytes;
    private final InstantSource clock;
    private final TreeMap<String, Heard> workers = new TreeMap<>();
    /** Ids alone, of those that left or were forgotten. */
    private final Set<String> left = new LinkedHashSet<>();
    /** Of those that left the newest, as they were. */
    private final Map<String, WorkerView> departed = new LinkedHashMap<>();

    private long bytes;

    private record Heard(WorkerView view, Instant at) {}

    WorkerViews(int maxWorkers, long maxBytes, InstantSource clock) {
        this.maxWorkers = maxWorkers;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    @Nullable
    WorkerView apply(String worker, @Nullable WorkerStatus status, Instant heard) {
        if (status == null) {
            WorkerView known = remove(worker);
            leave(worker);
            return known == null ? null : depart(worker, new WorkerView(known.status(), false));
        }
        Instant now = clock.instant();
        if (isForgotten(heard, now)) {
            remove(worker);
            leave(worker);
            return null;
        }
        WorkerView view = new WorkerView(status, !status.isExpired(now));
        remove(worker);
        workers.put(worker, new Heard(view, heard));
        bytes += jsonBytes(view);
        left.remove(worker);
        departed.remove(worker);
        makeRoom();
        return view;
    }

    /** Those that were silent longest go first. */
    private void makeRoom() {
        if (workers.size() <= maxWorkers && bytes <= maxBytes) {
            return;
        }
        Iterator<Map.Entry<String, Heard>> oldest = workers.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getValue().at()))
                .toList()
                .iterator();
        // Some at once: it is sorted for each time.
        while (oldest.hasNext()
                && (workers.size() > maxWorkers - maxWorkers / 10 || bytes > maxBytes - maxBytes / 10)) {
            String worker = oldest.next().getKey();
            remove(worker);
            leave(worker);
        }
    }

    private @Nullable WorkerView remove(String worker) {
        Heard before = workers.remove(worker);
        if (before == null) {
            return null;
        }
        bytes -= jsonBytes(before.view());
        return before.view();
    }

    private void leave(String worker) {
        left.remove(worker);
        left.add(worker);
        if (left.size() > MAX_LEFT) {
            left.remove(left.iterator().next());
        }
    }

    private WorkerView depart(String worker, WorkerView last) {
        departed.put(worker, last);
        if (departed.size() > MAX_DEPARTED) {
            departed.remove(departed.keySet().iterator().next());
        }
        return last;
    }

    private static boolean isForgotten(Instant heard, Instant now) {
        return heard.plus(MAX_SILENCE).isBefore(now);
    }

    /** Looks for heartbeats that have become too old; returns those that were live until now. */
    List<WorkerView> expire() {
        Instant now = clock.instant();
        List<WorkerView> gone = new ArrayList<>();
        List<String> forgotten = new ArrayList<>();
        workers.replaceAll((worker, heard) -> {
            if (isForgotten(heard.at(), now)) {
                forgotten.add(worker);
            }
            if (!heard.view().live() || !heard.view().status().isExpired(now)) {
                return heard;
            }
            WorkerView dead = new WorkerView(heard.view().status(), false);
            gone.add(dead);
            return new Heard(dead, heard.at());
        });
        for (String worker : forgotten) {
            remove(worker);
            leave(worker);
        }
        return gone;
    }

    /** Whether an answer of it is not to be expected. */
    boolean isLost(String worker) {
        Heard heard = workers.get(worker);
        return heard == null ? left.contains(worker) : !heard.view().live();
    }

    @Nullable
    WorkerView find(String worker) {
        Heard heard = workers.get(worker);
        return heard == null ? null : heard.view();
    }

    /** Sorted by id. */
    List<WorkerView> all() {
        return workers.values().stream().map(Heard::view).toList();
    }

    List<WorkerView> withDeparted() {
        return Stream.concat(all().stream(), departed.values().stream()).toList();
    }

    long live() {
        return workers.values().stream().filter(heard -> heard.view().live()).count();
    }

    /** How many will get a task for a target, about. */
    long meantBy(Target target) {
        if (target.mode() == Target.Mode.ANY) {
            return 1;
        }
        return workers.values().stream()
                .map(heard -> heard.view().status())
                .filter(status -> target.matches(status.worker(), status.labels()))
                .count();
    }

    /** Size as JSON, an estimate, and about what it takes in memory. */
    static long jsonBytes(WorkerView view) {
        WorkerStatus status = view.status();
        return Weight.WORKER + 2 * status.worker().length() + Weight.of(status.labels());
    }
}
