// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import dev.pullcast.standalone.ClusterPlace;
import dev.pullcast.standalone.EmbeddedBroker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** One broker of a {@link KafkaCluster}, as a process of its own. */
final class ClusterBroker {
    private ClusterBroker() {}

    /** Folder, port, cluster id, node id, then the controllers' ports of nodes 1, 2 and so on. */
    public static void main(String[] args) throws InterruptedException {
        Map<Integer, Integer> controllers = new HashMap<>();
        for (int i = 4; i < args.length; i++) {
            controllers.put(i - 3, Integer.parseInt(args[i]));
        }
        EmbeddedBroker broker = EmbeddedBroker.inCluster(
                Path.of(args[0]),
                Integer.parseInt(args[1]),
                new ClusterPlace(args[2], Integer.parseInt(args[3]), controllers));
        broker.start();
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
        var _ = broker.failure().thenAccept(_ -> Runtime.getRuntime().halt(1));
        Thread.currentThread().join();
    }
}
