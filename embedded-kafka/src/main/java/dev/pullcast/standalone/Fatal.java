// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.standalone;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.utils.Exit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kafka ends the process when it cannot go on; inside somebody else's process that is not its to decide. */
final class Fatal {
    private static final Logger LOG = LoggerFactory.getLogger(Fatal.class);
    private static final Set<EmbeddedBroker> WATCHERS = ConcurrentHashMap.newKeySet();

    private Fatal() {}

    static void watch(EmbeddedBroker broker) {
        WATCHERS.add(broker);
        Exit.setExitProcedure(Fatal::refuse);
        Exit.setHaltProcedure(Fatal::refuse);
    }

    static void forget(EmbeddedBroker broker) {
        WATCHERS.remove(broker);
    }

    private static void refuse(int status, @Nullable String message) {
        String reason = message == null ? "status " + status : message;
        LOG.error("The embedded Kafka broker gave up: {}", reason);
        WATCHERS.forEach(broker -> broker.fail(reason));
        throw new IllegalStateException("the embedded Kafka broker gave up: " + reason);
    }
}
