// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.CancelJob;
import dev.pullcast.contract.job.PauseJob;
import dev.pullcast.contract.job.Target;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever happens in whatever order, every job ends exactly once, and a restored ledger equals the living one. */
class LedgerPropertyTest {
    private static final List<String> WORKERS = List.of("a", "b", "c");
    private static final List<String> IMAGES = List.of("alpine", "busybox");
    private static final Target ANY = new Target(Target.Mode.ANY, List.of(), Map.of());

    /** Events of a fleet. */
    enum Step {
        JOB_FOR_ALL,
        JOB_FOR_ANY,
        PAUSED_JOB,
        CANCEL,
        PAUSE,
        GO_ON,
        WORKER_COMES,
        WORKER_LEAVES,
        ONE_ANSWERS,
        ALL_ANSWER,
        TIME_PASSES,
        LONG_TIME_PASSES,
        CRASH
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Arbitraries.of(Step.class).list().ofMaxSize(40);
    }

    @Property(tries = 500)
    void everyJobEndsOnceAndWhatIsRestoredEqualsWhatLived(@ForAll("steps") List<Step> steps, @ForAll long seed) {
        Fleet fleet = new Fleet(seed);
        steps.forEach(fleet::take);
        fleet.finish();

        assertThat(fleet.completed).as("%s", steps).isEqualTo(fleet.asked);
    }

    /** A ledger, its changelog, the log of results, and workers that answer for tasks that they were given. */
    private static final class Fleet {
        private final java.util.Random random;
        private final WorkerTable workers = new WorkerTable();
        private final Budget budget = new Budget();
        private final Map<String, byte[]> changelog = new HashMap<>();
        private final Set<String> openTasks = new HashSet<>();
        private final Map<String, String> firstEnds = new HashMap<>();
        private final Set<String> asked = new HashSet<>();
        private final Set<String> completed = new HashSet<>();
        private JobLedger ledger = newLedger();
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        Fleet(long seed) {
            random = new java.util.Random(seed);
        }

        private JobLedger newLedger() {
            return new JobLedger(0, JobRules.DEFAULT, workers, budget);
        }

        void take(Step step) {
            String worker = WORKERS.get(random.nextInt(WORKERS.size()));
            switch (step) {
                case JOB_FOR_ALL -> ask(Given.job(Target.EVERYBODY, IMAGES.toArray(String[]::new)));
                case JOB_FOR_ANY -> ask(Given.job(ANY, IMAGES.toArray(String[]::new)));
                case PAUSED_JOB -> ask(Given.paused(60, IMAGES.toArray(String[]::new)));
                case CANCEL -> commit(ledger.onJob(Given.input(new CancelJob(Given.JOB, null)), now));
                case PAUSE -> commit(ledger.onJob(Given.input(new PauseJob(Given.JOB, true, null)), now));
                case GO_ON -> commit(ledger.onJob(Given.input(new PauseJob(Given.JOB, false, null)), now));
                case WORKER_COMES -> {
                    WorkerStatus status = Given.worker(worker, now);
                    if (workers.put(worker, status, now)) {
                        commit(ledger.onWorkers(List.of(status), now));
                    }
                }
                case WORKER_LEAVES -> workers.put(worker, null, now);
                case ONE_ANSWERS -> openTasks.stream().sorted().findFirst().ifPresent(this::answer);
                case ALL_ANSWER -> List.copyOf(openTasks).forEach(this::answer);
                case TIME_PASSES -> pass(1);
                case LONG_TIME_PASSES -> pass(40);
                case CRASH -> crash();
            }
        }

        private void ask(Object job) {
            // The id is taken by the first of them; later ones with other content are conflicts, which is legal.
            asked.add(Given.JOB);
            commit(ledger.onJob(Given.input(job), now));
        }

        private void pass(int seconds) {
            now = now.plusSeconds(seconds);
            commit(ledger.onTime(now));
        }

        /** Loses decisions without a commit; another coordinator reads the changelog. */
        private void crash() {
            budget.reset();
            ledger = restored();
            commit(ledger.onTime(now));
        }

        private void answer(String task) {
            openTasks.remove(task);
            String worker = task.substring(task.indexOf('/') + 1);
            for (String image : IMAGES) {
                PullEvent.OfPull event =
                        random.nextBoolean() ? Given.succeeded(worker, image, now) : Given.failed(worker, image, now);
                log(event);
            }
        }

        private void log(PullEvent.OfPull event) {
            firstEnds.putIfAbsent(event.id(), event.getClass().getSimpleName());
            commit(ledger.onResult(event, now));
        }

        private void commit(List<Output> outputs) {
            List<Output> changes = new ArrayList<>();
            ledger.takeChanges(changes);
            for (Output change : changes) {
                Output.State written = (Output.State) change;
                if (written.value() == null) {
                    changelog.remove(written.key());
                } else {
                    changelog.put(written.key(), ContractJson.write(written.value()));
                }
            }
            budget.reset();
            assertThat(restored().state()).isEqualTo(ledger.state());
            outputs.forEach(this::see);
        }

        private void see(Output output) {
            switch (output) {
                case Output.Task(TaskRecord.PullTask task) -> openTasks.add(task.job() + "/" + task.worker());
                case Output.Event(PullEvent.JobCompleted end) -> {
                    assertThat(completed.add(end.job())).as("ends once").isTrue();
                    assertThat(end.succeeded() + end.skipped() + end.failed() + end.cancelled())
                            .isLessThanOrEqualTo(firstEnds.size());
                    assertThat(end.succeeded()).isLessThanOrEqualTo(count("Succeeded"));
                }
                case Output.Event(PullEvent.OfPull end) -> log(end);
                case Output.Task _,
                        Output.Event _,
                        Output.Job _,
                        Output.Kept _,
                        Output.Forgotten _,
                        Output.State _,
                        Output.Reject _ -> {}
            }
        }

        private int count(String kind) {
            return Math.toIntExact(
                    firstEnds.values().stream().filter(kind::equals).count());
        }

        private JobLedger restored() {
            Map<String, JobEntry> state = new HashMap<>();
            changelog.forEach(
                    (key, value) -> state.put(key, ContractJson.mapper().readValue(value, JobEntry.class)));
            JobLedger next = newLedger();
            next.restore(state);
            return next;
        }

        /** Deadlines pass, and with them every job has its end. */
        void finish() {
            for (int i = 0; i < 4 && !completed.equals(asked); i++) {
                pass(3600);
            }
        }
    }
}
