// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServer;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/**
 * Netty's listening channel of a Vert.x server. Vert.x shows a connection only when its TLS handshake is over, and a
 * bound of connections must hold before: clients could open any number of handshakes. Why by reflection:
 * docs/decisions/080-bounds-of-connections.md.
 */
final class ServerChannel {
    private ServerChannel() {}

    /**
     * The channel of a server that listens. Servers that share a port share it, and the one that bound it has it.
     *
     * @return null for a server that shares another one's
     * @throws IllegalStateException if Vert.x is not as it is known; a gateway without its bounds must not start
     */
    @SuppressWarnings("ReferenceEquality") // it is the same server or another one
    static @Nullable Channel of(HttpServer server) {
        try {
            Object http = field(server, "server");
            Object tcp = field(http, "tcpServer");
            return field(tcp, "actualServer") == tcp
                            && field(tcp, "bindFuture") instanceof Future<?> bound
                            && bound.result() instanceof Channel channel
                    ? channel
                    : null;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalStateException(
                    "cannot bound connections: this version of Vert.x is not known: " + e.getMessage(), e);
        }
    }

    private static Object field(Object owner, String name) throws ReflectiveOperationException {
        for (Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    Object value = field.get(owner);
                    return value == null ? "nothing" : value;
                }
            }
        }
        throw new NoSuchFieldException(owner.getClass().getName() + '.' + name);
    }
}
