// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullEvent.JobAccepted;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A ledger whose time and records a test gives. */
abstract class LedgerTest {
    static final int PARTITION = 4;

    final WorkerTable workers = new WorkerTable();
    final Budget budget = new Budget();
    final JobLedger ledger = new JobLedger(PARTITION, JobRules.DEFAULT, workers, budget);
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    /** The newest value of each key, as JSON. */
    private final Map<String, byte[]> changelog = new HashMap<>();

    List<Output> read(Object contractRecord) {
        return commit(ledger.onJob(Given.input(contractRecord), now));
    }

    /**
     * Commits decisions as a session does: writes changes to the changelog, and reads back the ends of pulls that were
     * written on behalf of workers. After each of them a ledger that is restored must equal the living one.
     */
    List<Output> commit(List<Output> decided) {
        return commit(ledger, decided);
    }

    List<Output> commit(JobLedger of, List<Output> decided) {
        List<Output> outputs = new ArrayList<>(decided);
        for (int i = 0; i < outputs.size(); i++) {
            if (outputs.get(i) instanceof Output.Event(PullEvent.OfPull event)) {
                outputs.addAll(of.onResult(event, now));
            }
        }
        List<Output> changes = new ArrayList<>();
        of.takeChanges(changes);
        remember(changes);
        budget.reset();
        assertThat(restored().state()).isEqualTo(of.state());
        return outputs;
    }

    void remember(List<Output> changes) {
        for (Output change : changes) {
            Output.State written = (Output.State) change;
            if (written.value() == null) {
                changelog.remove(written.key());
            } else {
                changelog.put(written.key(), ContractJson.write(written.value()));
            }
        }
    }

    /** Another coordinator's ledger, after a takeover. */
    JobLedger restored() {
        Map<String, JobEntry> state = new HashMap<>();
        changelog.forEach((key, value) -> state.put(key, ContractJson.mapper().readValue(value, JobEntry.class)));
        JobLedger next = new JobLedger(PARTITION, JobRules.DEFAULT, workers, budget);
        next.restore(state);
        return next;
    }

    static JobInput bytes(String json) {
        return JobInput.read(json.getBytes(UTF_8), JobLimits.DEFAULT);
    }

    List<Output> result(PullEvent event) {
        return commit(ledger.onResult(event, now));
    }

    List<Output> arrive(String... names) {
        List<WorkerStatus> arrived = new ArrayList<>();
        for (String name : names) {
            WorkerStatus status = Given.worker(name, now);
            if (workers.put(name, status, now)) {
                arrived.add(status);
            }
        }
        return commit(ledger.onWorkers(arrived, now));
    }

    List<Output> pass(Duration time) {
        now = now.plus(time);
        return commit(ledger.onTime(now));
    }

    static JobAccepted accepted(List<Output> outputs) {
        return only(outputs, JobAccepted.class);
    }

    static <T extends PullEvent> T only(List<Output> outputs, Class<T> kind) {
        List<T> found = events(outputs, kind);
        assertThat(found).as("%s in %s", kind.getSimpleName(), outputs).hasSize(1);
        return found.getFirst();
    }

    static <T extends PullEvent> List<T> events(List<Output> outputs, Class<T> kind) {
        return outputs.stream()
                .filter(Output.Event.class::isInstance)
                .map(o -> ((Output.Event) o).event())
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    /** What workers are told. */
    static List<TaskRecord.OfWorker> tasks(List<Output> outputs) {
        return written(outputs).stream()
                .filter(TaskRecord.OfWorker.class::isInstance)
                .map(TaskRecord.OfWorker.class::cast)
                .toList();
    }

    /** What stands in {@code pull.tasks}. */
    static List<TaskRecord> written(List<Output> outputs) {
        return outputs.stream()
                .filter(Output.Task.class::isInstance)
                .map(o -> ((Output.Task) o).task())
                .toList();
    }
}
