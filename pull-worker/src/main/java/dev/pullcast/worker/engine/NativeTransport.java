// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Netty's native epoll on Linux, required there; elsewhere the JDK's transport, with a warning. */
public final class NativeTransport {
    private static final Logger LOG = LoggerFactory.getLogger(NativeTransport.class);

    private NativeTransport() {}

    /**
     * A Vert.x for a worker.
     *
     * @throws IllegalStateException on Linux without epoll, saying what is missing
     */
    public static Vertx vertx(VertxOptions options) {
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
        if (!linux) {
            LOG.warn("no native epoll on {}: using the JDK's transport", System.getProperty("os.name"));
            return Vertx.builder().with(options).build();
        }
        if (!Transport.EPOLL.available()) {
            throw new IllegalStateException("Netty's native epoll transport is not available on this Linux ("
                    + System.getProperty("os.arch") + "): " + Transport.EPOLL.unavailabilityCause()
                    + ". The jar netty-transport-native-epoll with the classifier of this architecture must be on"
                    + " the class path, and native access allowed (--enable-native-access=ALL-UNNAMED).");
        }
        return Vertx.builder().with(options).withTransport(Transport.EPOLL).build();
    }
}
