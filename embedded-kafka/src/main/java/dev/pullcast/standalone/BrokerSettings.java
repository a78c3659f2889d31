// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.standalone;

import java.nio.file.Path;
import java.util.Properties;

/** Settings of a broker that serves one machine: small buffers, few threads, a copy of everything on each broker. */
final class BrokerSettings {
    static final String CONTROLLER = "CONTROLLER";

    private BrokerSettings() {}

    static Properties of(Path folder, int clientPort, ClusterPlace place) {
        Properties p = new Properties();
        String client = "PLAINTEXT://127.0.0.1:" + clientPort;
        String controller = CONTROLLER + "://127.0.0.1:" + place.controllerPort();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", Integer.toString(place.nodeId()));
        p.setProperty("controller.quorum.voters", place.voters());
        p.setProperty("controller.listener.names", CONTROLLER);
        p.setProperty("listeners", client + "," + controller);
        p.setProperty("advertised.listeners", client);
        p.setProperty("listener.security.protocol.map", CONTROLLER + ":PLAINTEXT,PLAINTEXT:PLAINTEXT");
        p.setProperty("log.dirs", folder.toString());
        p.setProperty("auto.create.topics.enable", "false");
        copies(p, place.brokers());
        small(p);
        return p;
    }

    /** As many as there are brokers; all but one of them must have taken a record before it counts as written. */
    private static void copies(Properties p, int brokers) {
        String all = Integer.toString(brokers);
        String enough = Integer.toString(Math.max(1, brokers - 1));
        p.setProperty("default.replication.factor", all);
        p.setProperty("min.insync.replicas", enough);
        p.setProperty("offsets.topic.replication.factor", all);
        p.setProperty("offsets.topic.num.partitions", "4");
        p.setProperty("transaction.state.log.replication.factor", all);
        p.setProperty("transaction.state.log.min.isr", enough);
        p.setProperty("transaction.state.log.num.partitions", "4");
        p.setProperty("share.coordinator.state.topic.replication.factor", all);
        p.setProperty("share.coordinator.state.topic.min.isr", enough);
        p.setProperty("share.coordinator.state.topic.num.partitions", "4");
    }

    private static void small(Properties p) {
        // Nobody else joins a group here, so nobody is waited for.
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("group.min.session.timeout.ms", "500");
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "4");
        p.setProperty("background.threads", "2");
        p.setProperty("num.recovery.threads.per.data.dir", "2");
        p.setProperty("queued.max.requests", "100");
        p.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
        p.setProperty("log.cleaner.io.buffer.size", "131072");
        // Sparse files, but each is mapped at this size, twice per partition.
        p.setProperty("log.index.size.max.bytes", "1048576");
        p.setProperty("log.segment.bytes", "67108864");
        p.setProperty("metric.reporters", "");
    }
}
