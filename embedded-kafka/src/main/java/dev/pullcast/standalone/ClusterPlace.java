// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.standalone;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which of a cluster's brokers one is. All of them are controllers, too, and stand on this machine.
 *
 * @param clusterId the same for all, as Kafka writes ids
 * @param nodeId of this broker, a key of {@code controllerPorts}
 * @param controllerPorts by node id, of all brokers; the same for all, and after every restart
 */
public record ClusterPlace(String clusterId, int nodeId, Map<Integer, Integer> controllerPorts) {
    static final int FIRST = 1;

    /** Copies the ports. */
    public ClusterPlace {
        controllerPorts = Map.copyOf(controllerPorts);
        if (!controllerPorts.containsKey(nodeId)) {
            throw new IllegalArgumentException("node " + nodeId + " is not among " + controllerPorts.keySet());
        }
    }

    /** The only broker there is. */
    static ClusterPlace alone(String clusterId, int controllerPort) {
        return new ClusterPlace(clusterId, FIRST, Map.of(FIRST, controllerPort));
    }

    /** How many there are. */
    int brokers() {
        return controllerPorts.size();
    }

    int controllerPort() {
        return controllerPorts.getOrDefault(nodeId, 0);
    }

    /** As Kafka's {@code controller.quorum.voters}. */
    String voters() {
        return new TreeMap<>(controllerPorts)
                .entrySet().stream()
                        .map(node -> node.getKey() + "@127.0.0.1:" + node.getValue())
                        .collect(Collectors.joining(","));
    }
}
