// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.standalone;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Controller and broker of one node, as {@link KafkaRaftServer} puts them together, with one step in between: after a
 * crash the previous registration of the broker is removed before the broker starts.
 *
 * <p>Without that step Kafka refuses the new broker until the session of the old one ends (9 s), and coordinates
 * transactions meanwhile. Markers that it cannot deliver at the moment when the old registration ends are dropped (seen
 * with 4.3.1), so that a transaction stays open for ever: readers of committed records wait for its end.
 */
final class KafkaNode {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaNode.class);
    private static final Duration CONTROLLER_TIMEOUT = Duration.ofSeconds(10);
    private static final long RETRY_MILLIS = 20;

    private final ControllerServer controller;
    private final BrokerServer broker;

    private KafkaNode(ControllerServer controller, BrokerServer broker) {
        this.controller = controller;
        this.broker = broker;
    }

    /**
     * Starts one; blocks until clients can connect.
     *
     * @param crashed whether a broker of this id, the only one of its cluster, ended here without saying goodbye
     */
    static KafkaNode start(KafkaConfig config, boolean crashed) {
        var folders = KafkaRaftServer.initializeLogDirs(config, LOG, "");
        Metrics metrics = Server.initializeMetrics(
                config, Time.SYSTEM, folders._1().clusterId().orElseThrow());
        QuorumConfig quorum = config.quorumConfig();
        SharedServer shared = new SharedServer(
                config,
                folders._1(),
                Time.SYSTEM,
                metrics,
                CompletableFuture.completedFuture(QuorumConfig.parseVoterConnections(quorum.voters())),
                QuorumConfig.parseBootstrapServers(quorum.bootstrapServers()),
                new StandardFaultHandlerFactory(),
                ServerSocketFactory.INSTANCE);
        KafkaNode node = new KafkaNode(
                new ControllerServer(shared, KafkaRaftServer.configSchema(), folders._2()), new BrokerServer(shared));
        try {
            node.controller.startup();
            if (crashed) {
                node.removeOldRegistration(config.nodeId());
            }
            node.broker.startup();
            return node;
        } catch (RuntimeException | Error e) {
            node.shutdown();
            throw e;
        }
    }

    private void removeOldRegistration(int nodeId) {
        long deadline = System.nanoTime() + CONTROLLER_TIMEOUT.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                var context = new ControllerRequestContext(
                        new RequestHeaderData(), KafkaPrincipal.ANONYMOUS, OptionalLong.of(deadline));
                controller
                        .controller()
                        .unregisterBroker(context, nodeId)
                        .get(CONTROLLER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof BrokerIdNotRegisteredException) {
                    return;
                }
                if (!(e.getCause() instanceof NotControllerException)) {
                    LOG.warn("Kafka's old registration cannot be removed; the start takes longer", e.getCause());
                    return;
                }
                // It has not been elected yet, though it is the only one.
                pause();
            } catch (TimeoutException e) {
                break;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        LOG.warn("Kafka's controller did not answer within {}; the start takes longer", CONTROLLER_TIMEOUT);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops both; blocks. */
    void shutdown() {
        broker.shutdown();
        controller.shutdown();
    }

    /** Waits until both have stopped. */
    void awaitShutdown() {
        broker.awaitShutdown();
        controller.awaitShutdown();
    }
}
