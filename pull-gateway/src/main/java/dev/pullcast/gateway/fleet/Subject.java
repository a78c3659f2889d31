// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import dev.pullcast.contract.event.PullEvent;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an event is about, for filters. One instance is shared by all events of a pull.
 *
 * @param job the job's id; empty for an event of no job
 * @param project whom it belongs to, or null
 * @param workers that it concerns; empty where that is not known
 * @param images as asked for and canonical; empty where that is not known
 */
public record Subject(String job, @Nullable String project, List<String> workers, List<String> images) {
    /** Settles the lists. */
    public Subject {
        workers = List.copyOf(workers);
        images = List.copyOf(images);
    }

    /** An event of a job before anything else is known of it. */
    public static Subject ofJob(String job, @Nullable String project) {
        return new Subject(job, project, List.of(), List.of());
    }

    /** As far as an event itself tells. */
    public static Subject of(PullEvent event) {
        return switch (event) {
            case PullEvent.OfPull pull ->
                new Subject(
                        event.jobId(),
                        pull.origin().project(),
                        List.of(pull.origin().worker()),
                        List.of(pull.origin().image(), pull.origin().reference()));
            case PullEvent.JobAccepted accepted ->
                new Subject(event.jobId(), accepted.project(), accepted.workers(), imagesOf(accepted));
            case PullEvent.JobRejected rejected -> ofJob(event.jobId(), rejected.project());
            case PullEvent.JobCompleted completed -> ofJob(event.jobId(), completed.project());
            case PullEvent.ImageRemoved removed ->
                new Subject(event.jobId(), removed.project(), List.of(removed.worker()), List.of(removed.reference()));
            case PullEvent.Unknown _ -> ofJob(event.jobId(), null);
        };
    }

    private static List<String> imagesOf(PullEvent.JobAccepted event) {
        return event.pulls().stream()
                .flatMap(pull -> Stream.of(pull.image(), pull.reference()))
                .distinct()
                .toList();
    }
}
