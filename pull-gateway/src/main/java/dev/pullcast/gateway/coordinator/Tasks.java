// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When the workers of a job get its task, and what those that have it are told. Counts what workers have open of one
 * partition. Each call does as much as the transaction has room for; the next one goes on. Owned by the coordinator's
 * thread.
 */
final class Tasks {
    /** Size of a record that tells a worker to stop, to pause or to go on, about. */
    private static final int MESSAGE_BYTES = 300;

    private final int partition;
    private final JobRules rules;
    private final WorkerTable workers;
    private final Budget budget;
    private final Map<String, Integer> openByWorker = new HashMap<>();

    Tasks(int partition, JobRules rules, WorkerTable workers, Budget budget) {
        this.partition = partition;
        this.rules = rules;
        this.workers = workers;
        this.budget = budget;
    }

    /** Tasks for those workers whose turn it is and that have room. */
    void start(OpenJob job, Instant now, List<Output> outputs) {
        Target.Mode mode = job.job().target().mode();
        List<String> due = job.due(
                now,
                budget.left(),
                name -> workers.canStart(name, mode, now),
                name -> openOf(name) < rules.tasksPerWorker());
        for (String worker : due) {
            if (budget.isSpent()) {
                return;
            }
            job.start(worker);
            openByWorker.merge(worker, 1, Integer::sum);
            outputs.add(new Output.Task(job.task(worker, partition)));
            budget.spend(job.taskBytes());
        }
    }

    private int openOf(String worker) {
        return openByWorker.getOrDefault(worker, 0);
    }

    /** Workers have the tasks that an earlier owner gave them. */
    void restore(OpenJob job) {
        job.running().forEach(worker -> openByWorker.merge(worker, 1, Integer::sum));
    }

    /** A worker has no more to do for a job. */
    void ended(String worker) {
        openByWorker.computeIfPresent(worker, (_, open) -> open == 1 ? null : open - 1);
    }

    /** A job has its end, whichever workers still have its task. */
    void ended(OpenJob job) {
        job.running().forEach(this::ended);
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
                ended(lost);
            }
            job.drop(lost);
            job.add(next);
            outputs.add(new Output.Event(job.accepted(now)));
        }
    }

    /** Tells workers that have the task and were not told yet to pause, to go on, or to stop where there is a message. */
    void tell(OpenJob job, @Nullable String stop, List<Output> outputs) {
        Iterator<Assignment> untold = job.untold();
        while (untold.hasNext() && !budget.isSpent()) {
            Assignment running = untold.next();
            String worker = running.worker();
            if (stop != null) {
                running.sendStop();
                outputs.add(cancel(job, worker, stop));
            } else {
                running.sendPause(job.isPaused());
                outputs.add(new Output.Task(new TaskRecord.PauseTask(job.job().id(), worker, job.isPaused())));
            }
            job.changed(running);
            budget.spend(MESSAGE_BYTES);
        }
    }

    private static Output cancel(OpenJob job, String worker, String message) {
        return new Output.Task(new TaskRecord.CancelTask(job.job().id(), worker, message));
    }
}
