// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.f4b6a3.ulid.Ulid;
import dev.pullcast.contract.codec.JobContent;
import dev.pullcast.contract.job.Keeping;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Jobs with {@code keep} of one partition. A set is given to workers by jobs like any other, which the coordinator writes
 * to {@code pull.jobs} itself; their ids follow from the set, so what is decided twice is one job. Owned by the
 * coordinator's thread.
 */
final class StandingSets {
    private static final int RANDOM_BYTES = 10;

    private final int partition;
    private final WorkerTable workers;
    private final Admission admission;
    private final Map<String, StandingSet> sets = new TreeMap<>();

    StandingSets(int partition, WorkerTable workers, Admission admission) {
        this.partition = partition;
        this.workers = workers;
        this.admission = admission;
    }

    /** Another coordinator has them now. */
    void release() {
        sets.keySet().forEach(admission::forgotten);
    }

    /** Whether a set has this id. */
    boolean has(String id) {
        return sets.containsKey(id);
    }

    /** As an earlier owner left it. */
    void restore(StandingSet set) {
        sets.put(set.job().id(), set);
        admission.kept(set.job().id(), set.job());
    }

    /** Remembers a job that was just accepted, if it wants that. */
    void begin(PullJob job, Instant now, List<Output> outputs) {
        if (job.keeping().keep()) {
            put(new StandingSet(job, now), outputs);
        }
    }

    /**
     * Whether a job that names a set is what that set gives. Producers can write such a job too, but only one of which
     * everything follows from the set: the same images with the same logins, for workers that the set is for.
     */
    boolean gives(PullJob job) {
        String name = job.keeping().set();
        StandingSet set = name == null ? null : sets.get(name);
        if (set == null || !isWithin(job.target(), set.job().target())) {
            return false;
        }
        PullJob given = given(set, job.target(), job.id());
        return JobContent.fingerprint(given).equals(JobContent.fingerprint(job))
                // Fingerprints leave out what is sealed.
                && given.images().equals(job.images())
                && Objects.equals(given.credentials(), job.credentials());
    }

    private boolean isWithin(Target target, Target whole) {
        return target.equals(whole)
                || (whole.mode() == Target.Mode.ALL
                        && target.workers().size() == 1
                        && target.equals(alone(target.workers().getFirst()))
                        && workers.meant(whole).contains(target.workers().getFirst()));
    }

    private static Target alone(String worker) {
        return new Target(Target.Mode.ALL, List.of(worker), Map.of());
    }

    /**
     * Forgets a set. Its workers hold nothing for it any more, and remove what it brought if that was asked for.
     *
     * @return whether there was one
     */
    boolean end(String id, List<Output> outputs) {
        StandingSet set = sets.remove(id);
        if (set == null) {
            return false;
        }
        admission.forgotten(id);
        outputs.add(new Output.Forgotten(id));
        for (String worker : workers.meant(set.job().target())) {
            outputs.add(new Output.Task(new TaskRecord.RemoveTask(id, worker, partition)));
        }
        return true;
    }

    /**
     * Gives sets to all workers again whose time has come.
     *
     * @param isKnown whether a job's id was seen
     */
    void refresh(Instant now, Predicate<String> isKnown, List<Output> outputs) {
        for (StandingSet set : List.copyOf(sets.values())) {
            if (!now.isBefore(set.nextRefresh())) {
                Instant due = set.nextRefresh();
                give(set, set.job().target(), due.toString(), due, isKnown, outputs);
                put(new StandingSet(set.job(), now), outputs);
            }
        }
    }

    /** Gives sets to a worker that started after they were last given to all. */
    void offer(WorkerStatus worker, Predicate<String> isKnown, Instant now, List<Output> outputs) {
        for (StandingSet set : sets.values()) {
            Target target = set.job().target();
            if (target.mode() == Target.Mode.ALL
                    && worker.startedAt().isAfter(set.refreshedAt())
                    && WorkerTable.isCandidate(worker, target, now)) {
                String why = worker.worker() + '/' + worker.incarnation();
                give(set, alone(worker.worker()), why, worker.startedAt(), isKnown, outputs);
            }
        }
    }

    private void put(StandingSet set, List<Output> outputs) {
        sets.put(set.job().id(), set);
        admission.kept(set.job().id(), set.job());
        outputs.add(new Output.Kept(set));
    }

    // One parameter for each part of the job that is made.
    private static void give(
            StandingSet set, Target to, String why, Instant when, Predicate<String> isKnown, List<Output> outputs) {
        String id = idOf(set.job().id(), why, when);
        if (!isKnown.test(id)) {
            outputs.add(new Output.Job(given(set, to, id)));
        }
    }

    private static PullJob given(StandingSet set, Target to, String id) {
        PullJob job = set.job();
        Map<String, String> labels = new HashMap<>(job.labels());
        labels.put("pullcast.dev/set", job.id());
        Keeping keeping = new Keeping(
                job.keeping().ttlSecondsAfterFinished(),
                false,
                null,
                job.keeping().removeOnExpiry(),
                job.id());
        return new PullJob(
                id,
                job.images(),
                job.pullPolicy(),
                to,
                job.parallelism(),
                job.backoffLimit(),
                job.timeoutSeconds(),
                job.activeDeadlineSeconds(),
                job.rollout(),
                keeping,
                job.imagePull(),
                job.credentials(),
                job.project(),
                labels);
    }

    /** A ULID that follows from what it is for. */
    private static String idOf(String set, String why, Instant when) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest((set + '|' + why).getBytes(UTF_8));
            return new Ulid(when.toEpochMilli(), Arrays.copyOf(hash, RANDOM_BYTES)).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
