// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.net;

import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The proxy of a request, from {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY} in upper or lower case, by the
 * rules of Go's {@code golang.org/x/net/http/httpproxy}, which Docker, Podman and Kubernetes follow; {@code ALL_PROXY} where
 * the variable of the scheme is not set, as curl has it. {@code localhost}
 * and loopback addresses never go through a proxy. {@code NO_PROXY} is a list of {@code *}, IP addresses, networks
 * ({@code 10.0.0.0/8}) and domains, with or without a port: {@code example.org} means the host and all below it,
 * {@code .example.org} and {@code *.example.org} only what is below it. Where {@code REQUEST_METHOD} is set, a CGI
 * script, the upper-case {@code HTTP_PROXY} is a header of the request and is not used.
 */
public final class ProxyRules {
    /** Rules without any proxy. */
    public static final ProxyRules NONE = new ProxyRules(Map.of());

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final Map<String, String> environment;
    private final boolean bypassAll;
    private final List<NoProxy> exceptions;

    private ProxyRules(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
        List<String> entries = entries(first("NO_PROXY", "no_proxy").value());
        bypassAll = entries.contains("*");
        List<NoProxy> read = new ArrayList<>();
        for (String entry : entries) {
            NoProxy exception = NoProxy.read(entry);
            if (exception != null) {
                read.add(exception);
            }
        }
        exceptions = List.copyOf(read);
    }

    /**
     * Rules of an environment.
     *
     * @param environment {@link System#getenv()}, or another one in tests
     */
    public static ProxyRules of(Map<String, String> environment) {
        return new ProxyRules(environment);
    }

    /**
     * Finds the proxy of a request.
     *
     * @param target with scheme and host; without a port the scheme's own counts
     * @return null to connect directly
     * @throws IllegalArgumentException if the proxy that applies is written wrongly; the message has no credentials
     */
    public @Nullable Proxy proxyFor(URI target) {
        String scheme = String.valueOf(target.getScheme()).toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https") || scheme.equals("wss");
        String authority = target.getRawAuthority();
        if (authority == null) {
            return null;
        }
        // Not getHost(), which is null for a name with an underscore.
        HostAndPort address = HostAndPort.read(authority.substring(authority.lastIndexOf('@') + 1));
        int port = address.port() != HostAndPort.NO_PORT ? address.port() : tls ? HTTPS_PORT : HTTP_PORT;
        return proxyFor(tls, address.host(), port);
    }

    /**
     * Finds the proxy of a connection.
     *
     * @param tls whether the request is for https
     * @param host name or IP address, the latter with or without brackets
     * @return null to connect directly
     * @throws IllegalArgumentException if the proxy that applies is written wrongly; the message has no credentials
     */
    public @Nullable Proxy proxyFor(boolean tls, String host, int port) {
        Variable variable = tls ? first("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy") : plainProxy();
        return variable.value().isEmpty() || isException(host, port)
                ? null
                : Proxy.read(variable.name(), variable.value());
    }

    private Variable plainProxy() {
        boolean isCgi = !environment.getOrDefault("REQUEST_METHOD", "").isEmpty();
        return isCgi
                ? first("http_proxy", "ALL_PROXY", "all_proxy")
                : first("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy");
    }

    private Variable first(String... names) {
        for (String name : names) {
            String value = environment.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                return new Variable(name, value);
            }
        }
        return new Variable(names[0], "");
    }

    private static List<String> entries(String list) {
        List<String> entries = new ArrayList<>();
        for (String entry : list.split(",", -1)) {
            String lower = entry.strip().toLowerCase(Locale.ROOT);
            if (!lower.isEmpty()) {
                entries.add(lower);
            }
        }
        return entries;
    }

    private boolean isException(String host, int port) {
        String name = canonical(host.strip().toLowerCase(Locale.ROOT));
        InetAddress address = Cidr.literal(name);
        if (bypassAll || name.equals("localhost") || (address != null && address.isLoopbackAddress())) {
            return true;
        }
        return exceptions.stream().anyMatch(each -> each.matches(name, address, port));
    }

    /** Without the last dot of a fully qualified name, and in ASCII. */
    private static String canonical(String name) {
        String bare = name.length() > 1 && name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (bare.chars().allMatch(c -> c < 0x80)) {
            return bare;
        }
        boolean below = bare.startsWith(".");
        try {
            return below ? '.' + IDN.toASCII(bare.substring(1)) : IDN.toASCII(bare);
        } catch (IllegalArgumentException e) {
            return bare;
        }
    }

    @Override
    public String toString() {
        return "ProxyRules[" + first("HTTPS_PROXY", "https_proxy") + ", " + plainProxy() + ", " + exceptions.size()
                + " exceptions]";
    }

    private record Variable(String name, String value) {
        @Override
        public String toString() {
            return name + (value.isEmpty() ? " unset" : " set");
        }
    }

    /**
     * An entry of {@code NO_PROXY}: exactly one of network, address and domain.
     *
     * @param domain with a dot before it
     * @param withHost whether the domain itself counts, besides what is below it
     */
    private record NoProxy(
            @Nullable Cidr network,
            @Nullable InetAddress address,
            @Nullable String domain,
            boolean withHost,
            int port) {

        /** Null for what is written wrongly, which Go's rules ignore. */
        static @Nullable NoProxy read(String entry) {
            Cidr network = Cidr.read(entry);
            if (network != null) {
                return new NoProxy(network, null, null, false, HostAndPort.NO_PORT);
            }
            HostAndPort parts = HostAndPort.read(entry);
            String host = canonical(parts.host());
            if (host.isEmpty() || parts.port() == HostAndPort.BAD_PORT) {
                return null;
            }
            InetAddress address = Cidr.literal(host);
            if (address != null) {
                return new NoProxy(null, address, null, false, parts.port());
            }
            String domain = host.startsWith("*.") ? host.substring(1) : host;
            return domain.startsWith(".")
                    ? new NoProxy(null, null, domain, false, parts.port())
                    : new NoProxy(null, null, '.' + domain, true, parts.port());
        }

        boolean matches(String host, @Nullable InetAddress literal, int targetPort) {
            if (port != HostAndPort.NO_PORT && port != targetPort) {
                return false;
            }
            if (literal != null) {
                return literal.equals(address) || (network != null && network.contains(literal));
            }
            return domain != null && (host.endsWith(domain) || (withHost && host.equals(domain.substring(1))));
        }
    }
}
