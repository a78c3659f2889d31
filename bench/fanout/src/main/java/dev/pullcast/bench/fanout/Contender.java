// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A gateway to be measured.
 *
 * @param name for people
 * @param path of its stream
 * @param deafPerSecond events a second that it can bear with 900 readers, for the trial with those who never read
 * @param start starts it on a port
 */
record Contender(String name, String path, double deafPerSecond, Start start) {
    /** Starts a process. */
    @FunctionalInterface
    interface Start {
        Child on(int port) throws IOException;
    }

    static Contender naive(Load load) {
        return new Contender(
                "naive",
                "/",
                60,
                port -> Child.start(
                        NaiveGateway.class,
                        Map.of(),
                        List.of(),
                        load.servers(),
                        Load.TOPIC,
                        String.valueOf(Load.PARTITIONS),
                        String.valueOf(port)));
    }

    /** As {@code make build} makes it and people start it. */
    static Contender pullcast(Load load, String launcher, List<String> jvm) {
        return new Contender(
                "pullcast",
                "/v1/events",
                500,
                port -> Child.start(
                        List.of(launcher, "gateway"),
                        Map.of(
                                "PULLCAST_NO_BUILD",
                                "1",
                                "PULLCAST_JAVA_OPTS",
                                String.join(" ", jvm),
                                "PULLCAST_KAFKA_BOOTSTRAP_SERVERS",
                                load.servers(),
                                "PULLCAST_GATEWAY_PORT",
                                String.valueOf(port),
                                "PULLCAST_GATEWAY_ROLES",
                                "api",
                                "PULLCAST_GATEWAY_SSE_MAX_SUBSCRIBERS_PER_ADDRESS",
                                "0")));
    }
}
