// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.PullView;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts events and finds holes. {@code seq} grows by one for each event of a pull and worker incarnation, so a hole in
 * it is an event that did not arrive; what happened before the stream began is covered by its snapshot. Used by one
 * thread.
 */
public final class EventLedger {
    private final Map<Source, Long> lastSeq = new HashMap<>();
    private final Set<Pull> inSnapshot = new HashSet<>();
    private long seen;
    private long missing;
    private long repeated;

    private record Pull(String worker, String pull) {}

    private record Source(String worker, String pull, String incarnation) {}

    /** Events that arrived once. */
    public long seen() {
        return seen;
    }

    /** Events that did not arrive. */
    public long missing() {
        return missing;
    }

    /** Events that arrived again. */
    public long repeated() {
        return repeated;
    }

    void accept(JobView snapshot) {
        lastSeq.clear();
        List<PullView> pulls = snapshot.pulls();
        if (pulls != null) {
            pulls.stream()
                    .filter(pull -> pull.state() != PullView.State.PENDING)
                    .forEach(pull -> inSnapshot.add(new Pull(pull.worker(), pull.pull())));
        }
    }

    void accept(PullEvent event) {
        switch (event) {
            case PullEvent.OfPull pull -> accept(pull.origin());
            case PullEvent.OfJob _, PullEvent.ImageRemoved _, PullEvent.Unknown _ -> seen++;
        }
    }

    /** The gateway itself says that events were lost. */
    void lost(long count) {
        missing += count;
    }

    /** Positions do not count any more; a snapshot follows. */
    void restart() {
        lastSeq.clear();
    }

    private void accept(PullOrigin origin) {
        Source source = new Source(origin.worker(), origin.pull(), origin.incarnation());
        Long last = lastSeq.get(source);
        if (last == null) {
            boolean begunBefore = inSnapshot.contains(new Pull(origin.worker(), origin.pull()));
            last = begunBefore ? origin.seq() - 1 : 0L;
        }
        if (origin.seq() <= last) {
            repeated++;
            return;
        }
        missing += origin.seq() - last - 1;
        seen++;
        lastSeq.put(source, origin.seq());
    }
}
