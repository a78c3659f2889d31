// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All jobs and workers behind a gateway, folded from a snapshot and its events. Owned by one thread. */
public final class Fleet {
    /** Jobs that are kept after their end; a viewer may stay for weeks. */
    private static final int FINISHED_KEPT = 50;

    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final Map<String, WorkerView> workers = new TreeMap<>();

    /** One job. Owned by the fleet's thread. */
    public static final class Job {
        private final String id;
        private final Board board = new Board();
        private @Nullable String end;
        private boolean good;

        private Job(String id) {
            this.id = id;
        }

        /** Its id. */
        public String id() {
            return id;
        }

        /** Its pulls. */
        public Board board() {
            return board;
        }

        /** How it ended, in a word or a sentence; null while it runs. */
        public @Nullable String end() {
            return end;
        }

        /** Whether it ended with every image where it should be. */
        public boolean isGood() {
            return good;
        }

        private void end(boolean wasGood, String how) {
            good = wasGood;
            end = how;
        }
    }

    /** Begins anew with what a gateway knows. */
    public void accept(Snapshot snapshot) {
        jobs.clear();
        workers.clear();
        snapshot.workers().forEach(this::accept);
        // Newest first there; here the newest is the last.
        for (JobView view : snapshot.jobs().reversed()) {
            Job job = job(view.id());
            job.board().accept(view);
            switch (view.state()) {
                case COMPLETED -> job.end(isGood(view.result()), howOf(view.result(), view.message()));
                case REJECTED -> job.end(false, "rejected: " + String.join("; ", view.reasons()));
                case PENDING, RUNNING, PAUSED -> {}
            }
        }
        forgetOld();
    }

    /** Takes an event of any job. */
    public void accept(PullEvent event) {
        if (event instanceof PullEvent.ImageRemoved) {
            return; // of a set, whose job may have ended long ago
        }
        Job job = job(event.jobId());
        job.board().accept(event);
        switch (event) {
            case PullEvent.JobRejected rejected -> {
                job.end(false, "rejected: " + String.join("; ", rejected.reasons()));
                forgetOld();
            }
            case PullEvent.JobCompleted completed -> {
                job.end(isGood(completed.result()), howOf(completed.result(), completed.message()));
                forgetOld();
            }
            case PullEvent.OfPull _, PullEvent.JobAccepted _, PullEvent.ImageRemoved _, PullEvent.Unknown _ -> {}
        }
    }

    /** Takes a sign of a worker. */
    public void accept(WorkerView worker) {
        workers.put(worker.status().worker(), worker);
    }

    /** Running ones, then those that have ended; the newest first in both. */
    public List<Job> jobs() {
        List<Job> newestFirst = new ArrayList<>(jobs.values()).reversed();
        List<Job> result = new ArrayList<>(
                newestFirst.stream().filter(job -> job.end() == null).toList());
        result.addAll(newestFirst.stream().filter(job -> job.end() != null).toList());
        return result;
    }

    /** By id, gone ones too. */
    public List<WorkerView> workers() {
        return List.copyOf(workers.values());
    }

    private Job job(String id) {
        return jobs.computeIfAbsent(id, Job::new);
    }

    private void forgetOld() {
        List<String> ended = jobs.values().stream()
                .filter(job -> job.end() != null)
                .map(Job::id)
                .toList();
        ended.subList(0, Math.max(0, ended.size() - FINISHED_KEPT)).forEach(jobs::remove);
    }

    private static boolean isGood(@Nullable JobResult result) {
        return result == JobResult.SUCCEEDED;
    }

    private static String howOf(@Nullable JobResult result, @Nullable String message) {
        String word = switch (result) {
            case SUCCEEDED -> "succeeded";
            case FAILED -> "failed";
            case CANCELLED -> "cancelled";
            case UNMATCHED -> "no worker matched";
            case null -> "ended";
        };
        return message == null ? word : word + ": " + message;
    }
}
