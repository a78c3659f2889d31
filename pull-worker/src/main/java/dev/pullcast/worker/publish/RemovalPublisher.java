// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.publish;

import dev.pullcast.contract.event.PullEvent;
import io.vertx.core.Future;

/** Takes reports of images that were removed from the engine. Calls come from one thread. */
public interface RemovalPublisher {
    /**
     * Publishes a report.
     *
     * @param partition of {@code pull.events}: the one that the standing set was read from
     * @return completes when it can no longer be lost
     */
    Future<Void> publish(PullEvent.ImageRemoved event, int partition);
}
