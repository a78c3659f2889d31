// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.publish;

import dev.pullcast.contract.event.PullEvent;
import io.vertx.core.Future;

/** Takes the events of pulls. Calls come from one thread, in the order of each pull's {@code seq}. */
public interface EventPublisher {
    /**
     * Publishes an event.
     *
     * @param event of a pull
     * @param partition of {@code pull.events} and {@code pull.results}: the one its job was read from
     * @return completes when it can no longer be lost; a caller that does not need to know may ignore it
     */
    Future<Void> publish(PullEvent.OfPull event, int partition);
}
