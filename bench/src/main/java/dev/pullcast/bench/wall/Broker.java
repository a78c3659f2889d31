// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.wall;

import dev.pullcast.standalone.EmbeddedBroker;
import java.nio.file.Path;

/** Kafka in a process of its own: {@code Broker FOLDER}. Prints {@code ready BOOTSTRAP_SERVERS} and stays until it is stopped. */
public final class Broker {
    private Broker() {}

    /** Ends with the process. */
    public static void main(String[] args) throws InterruptedException {
        EmbeddedBroker broker = EmbeddedBroker.in(Path.of(args[0]));
        broker.start();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(broker::close));
        System.out.println("ready " + broker.bootstrapServers());
        Thread.currentThread().join();
    }
}
