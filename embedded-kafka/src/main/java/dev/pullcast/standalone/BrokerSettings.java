// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.standalone;

import java.nio.file.Path;
import java.util.Properties;

/** Settings of a broker that serves one machine: small buffers, few threads, one copy of everything. */
final class BrokerSettings {
    static final int NODE_ID = 1;
    static final String CONTROLLER = "CONTROLLER";
    private static final String ONE = "1";

    private BrokerSettings() {}

    static Properties of(Path folder, int clientPort, int controllerPort) {
        Properties p = new Properties();
        String client = "PLAINTEXT://127.0.0.1:" + clientPort;
        String controller = CONTROLLER + "://127.0.0.1:" + controllerPort;
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", Integer.toString(NODE_ID));
        p.setProperty("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
        p.setProperty("controller.listener.names", CONTROLLER);
        p.setProperty("listeners", client + "," + controller);
        p.setProperty("advertised.listeners", client);
        p.setProperty("listener.security.protocol.map", CONTROLLER + ":PLAINTEXT,PLAINTEXT:PLAINTEXT");
        p.setProperty("log.dirs", folder.toString());
        p.setProperty("auto.create.topics.enable", "false");
        oneCopy(p);
        small(p);
        return p;
    }

    private static void oneCopy(Properties p) {
        p.setProperty("default.replication.factor", ONE);
        p.setProperty("min.insync.replicas", ONE);
        p.setProperty("offsets.topic.replication.factor", ONE);
        p.setProperty("offsets.topic.num.partitions", "4");
        p.setProperty("transaction.state.log.replication.factor", ONE);
        p.setProperty("transaction.state.log.min.isr", ONE);
        p.setProperty("transaction.state.log.num.partitions", "4");
        p.setProperty("share.coordinator.state.topic.replication.factor", ONE);
        p.setProperty("share.coordinator.state.topic.min.isr", ONE);
        p.setProperty("share.coordinator.state.topic.num.partitions", "4");
    }

    private static void small(Properties p) {
        // Nobody else joins a group here, so nobody is waited for.
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("group.min.session.timeout.ms", "500");
        // What a killed process left open holds up those who read committed records only.
        p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
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
