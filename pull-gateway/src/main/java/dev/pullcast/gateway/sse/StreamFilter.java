// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.gateway.feed.SseFrame;
import dev.pullcast.gateway.fleet.Subject;
import dev.pullcast.gateway.security.ProjectScope;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber wants and may see; subscribers with equal filters share their work. An empty set wants everything.
 *
 * @param job the only job, or null
 * @param projects names
 * @param workers ids
 * @param images patterns, for the name as asked for or the canonical one
 * @param types names of events; the gateway's own (snapshot, reset, gap, error) always pass
 * @param visible projects that the subscriber may see, whatever it wants
 */
public record StreamFilter(
        @Nullable String job,
        Set<String> projects,
        Set<String> workers,
        List<Glob> images,
        Set<String> types,
        ProjectScope visible) {
    /** Everything. */
    public static final StreamFilter ALL =
            new StreamFilter(null, Set.of(), Set.of(), List.of(), Set.of(), ProjectScope.ALL);

    /** Settles the collections. */
    public StreamFilter {
        projects = Set.copyOf(projects);
        workers = Set.copyOf(workers);
        images = List.copyOf(images);
        types = Set.copyOf(types);
    }

    /** The same for one job alone. */
    public StreamFilter ofJob(String id) {
        return new StreamFilter(id, projects, workers, images, types, visible);
    }

    /** The same for one worker alone. */
    public StreamFilter ofWorker(String id) {
        return new StreamFilter(job, projects, Set.of(id), images, types, visible);
    }

    /** What of it decides how a snapshot looks: the kinds of events do not, but whether workers are wanted does. */
    StreamFilter ofSnapshot() {
        Set<String> settled = types.isEmpty() || types.contains("worker") ? Set.of() : Set.of("job");
        return new StreamFilter(job, projects, workers, images, settled, visible);
    }

    /** Whether an event is wanted. */
    public boolean matches(SseFrame frame) {
        return (types.isEmpty() || types.contains(frame.type())) && matches(frame.subject());
    }

    /** Whether things about this are wanted. What a job's event does not tell (its workers, say) keeps nobody out. */
    public boolean matches(Subject subject) {
        return visible.covers(subject.project())
                && (job == null || job.equals(subject.job()))
                && (projects.isEmpty() || (subject.project() != null && projects.contains(subject.project())))
                && (workers.isEmpty() || subject.workers().isEmpty() || matchesWorker(subject.workers()))
                && (images.isEmpty() || subject.images().isEmpty() || matchesImage(subject.images()));
    }

    /** A worker as the subscriber may see it. */
    WorkerView view(WorkerView worker) {
        return visible.everything() ? worker : worker.limited();
    }

    /** Whether the state of a worker is wanted. */
    public boolean matches(WorkerView worker) {
        return job == null
                && (types.isEmpty() || types.contains("worker"))
                && (workers.isEmpty() || workers.contains(worker.status().worker()));
    }

    /** Whether the changed state of a worker is wanted. */
    boolean matchesWorkerFrame(SseFrame frame) {
        return job == null
                && (types.isEmpty() || types.contains("worker"))
                && (workers.isEmpty() || matchesWorker(frame.subject().workers()));
    }

    private boolean matchesWorker(List<String> candidates) {
        for (String candidate : candidates) {
            if (workers.contains(candidate)) {
                return true;
            }
        }
        return false;
    }

    private boolean matchesImage(List<String> candidates) {
        for (Glob glob : images) {
            for (String candidate : candidates) {
                if (glob.matches(candidate)) {
                    return true;
                }
            }
        }
        return false;
    }
}
