// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullEvent.JobAccepted;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.worker.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A ledger whose time and records a test gives. */
abstract class LedgerTest {
    static final int PARTITION = 4;

    final WorkerTable workers = new WorkerTable();
    final JobLedger ledger = new JobLedger(PARTITION, JobRules.DEFAULT, workers);
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long offset;

    List<Output> read(Object contractRecord) {
        return ledger.onJob(Given.input(contractRecord), from(), now);
    }

    Watermark from() {
        offset++;
        return new Watermark(offset, 0, now);
    }

    static JobInput bytes(String json) {
        return JobInput.read(json.getBytes(UTF_8), JobLimits.DEFAULT);
    }

    List<Output> result(PullEvent event) {
        return ledger.onResult(event, now);
    }

    List<Output> arrive(String... names) {
        List<WorkerStatus> arrived = new ArrayList<>();
        for (String name : names) {
            WorkerStatus status = Given.worker(name, now);
            if (workers.put(name, status, now)) {
                arrived.add(status);
            }
        }
        return ledger.onWorkers(arrived, now);
    }

    List<Output> pass(Duration time) {
        now = now.plus(time);
        return ledger.onTime(now);
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
