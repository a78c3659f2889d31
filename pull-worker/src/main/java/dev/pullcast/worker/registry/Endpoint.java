// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.net.HostAndPort;
import dev.pullcast.contract.net.Proxy;
import java.net.InetAddress;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A server and the way to it, settled before anything is sent.
 *
 * @param host as it is named, without brackets; in TLS the certificate must be for it
 * @param addresses that were looked up once and are permitted, so that the name cannot turn to another between check and
 *     connection; empty where a proxy looks it up
 * @param security of the connection
 * @param trust for {@link Security#VERIFIED}
 * @param proxy null for none
 */
record Endpoint(
        String host,
        int port,
        List<InetAddress> addresses,
        Security security,
        SSLSocketFactory trust,
        @Nullable Proxy proxy) {

    /** What protects a connection. */
    enum Security {
        /** TLS with a certificate that is verified. */
        VERIFIED,
        /** TLS with any certificate. */
        ANY_CERTIFICATE,
        /** Clear text. */
        NONE
    }

    boolean tls() {
        return security != Security.NONE;
    }

    /** As in {@code Host}. */
    String authority() {
        int usual = tls() ? 443 : 80;
        return new HostAndPort(host, port == usual ? HostAndPort.NO_PORT : port).toString();
    }
}
