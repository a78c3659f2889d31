// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Who gets the task of a job when, and what those are told that have it. Counts what workers have open of one partition.
 * Owned by the coordinator's thread.
 */
final class Tasks {
    private final int partition;
    private final JobRules rules;
    private final WorkerTable workers;
    private final Map<String, Integer> openByWorker = new HashMap<>();

    Tasks(int partition, JobRules rules, WorkerTable workers) {
        this.partition = partition;
        this.rules = rules;
        this.workers = workers;
    }

    /** Tasks for those workers whose turn it is and that have room. */
    void start(OpenJob job, Instant now, List<Output> outputs) {
        Target target = job.job().target();
        for (String worker : job.due(now, name -> workers.isCandidate(name, target, now))) {
            if (openByWorker.getOrDefault(worker, 0) < rules.tasksPerWorker()) {
                started(job, worker);
                outputs.add(new Output.Task(job.task(worker, partition)));
            }
        }
    }

    /** Writes down who waits, whenever somebody was added: whoever takes over expects them as well. */
    void note(OpenJob job, List<Output> outputs) {
        List<String> waiting = job.waiting();
        if (!waiting.isEmpty()) {
            outputs.add(
                    new Output.Task(new TaskRecord.WaitingWorkers(job.job().id(), partition, job.deadline(), waiting)));
        }
    }

    /** A worker has the task, from now on or since an earlier owner gave it. */
    void started(OpenJob job, String worker) {
        if (!job.isRunning(worker)) {
            job.started(worker);
            openByWorker.merge(worker, 1, Integer::sum);
        }
    }

    /** A worker has no more to do for a job. */
    void ended(String worker) {
        openByWorker.computeIfPresent(worker, (_, open) -> open == 1 ? null : open - 1);
    }

    /** A job has its end, whoever still has its task. */
    void ended(OpenJob job) {
        forEachRunning(job, this::ended);
    }

    /** Nothing more is expected of a worker. */
    void drop(OpenJob job, String worker) {
        if (job.isRunning(worker)) {
            ended(worker);
        }
        job.drop(worker);
    }

    /** Another worker for a job of mode {@code any} whose worker left or fell silent. */
    void replaceLost(OpenJob job, Instant now, List<Output> outputs) {
        Target target = job.job().target();
        if (target.mode() != Target.Mode.ANY
                || job.closing() != null
                || job.workers().isEmpty()) {
            return;
        }
        String lost = job.workers().first();
        Optional<WorkerStatus> other = workers.isLive(lost, now)
                ? Optional.empty()
                : workers.pick(target, job.job().id(), now);
        if (other.isPresent()) {
            String next = other.get().worker();
            if (job.isRunning(lost)) {
                outputs.add(cancel(job, lost, "worker " + next + " took the job over"));
            }
            drop(job, lost);
            job.add(next);
            outputs.add(new Output.Event(job.accepted(now)));
        }
    }

    /** Those that have the task are to start no more of it, or to go on. */
    void pause(OpenJob job, boolean paused, List<Output> outputs) {
        forEachRunning(
                job,
                worker -> outputs.add(
                        new Output.Task(new TaskRecord.PauseTask(job.job().id(), worker, paused))));
    }

    /** Those that have the task are to stop. */
    void cancel(OpenJob job, String message, List<Output> outputs) {
        forEachRunning(job, worker -> outputs.add(cancel(job, worker, message)));
    }

    private static Output cancel(OpenJob job, String worker, String message) {
        return new Output.Task(new TaskRecord.CancelTask(job.job().id(), worker, message));
    }

    private static void forEachRunning(OpenJob job, Consumer<String> action) {
        job.workers().stream().filter(job::isRunning).forEach(action);
    }
}
