// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where an engine listens, in the forms of {@code DOCKER_HOST}. */
public sealed interface EngineAddress {
    /** A Unix domain socket. */
    record Socket(Path path) implements EngineAddress {
        @Override
        public String toString() {
            return "unix://" + path;
        }
    }

    /**
     * TCP.
     *
     * @param tls null for clear text
     */
    record Tcp(String host, int port, @Nullable Tls tls) implements EngineAddress {
        @Override
        public String toString() {
            return "tcp://" + host + ":" + port + (tls == null ? "" : " (TLS)");
        }
    }

    /**
     * An address that the docker command understands and the API client does not.
     *
     * @param why the API client does not
     */
    record OnlyCommand(String host, String why) implements EngineAddress {
        IllegalArgumentException noApi() {
            return invalid(host, why);
        }

        @Override
        public String toString() {
            return host;
        }
    }

    /**
     * The folder of {@code ca.pem}, {@code cert.pem} and {@code key.pem}.
     *
     * @param verify false to accept any server certificate
     */
    record Tls(Path folder, boolean verify) {}

    /** The same address for {@code docker --host}, which takes its TLS files from the environment. */
    default String forCommand() {
        return switch (this) {
            case Socket socket -> socket.toString();
            case Tcp tcp -> "tcp://" + tcp.host() + ":" + tcp.port();
            case OnlyCommand only -> only.host();
        };
    }

    /**
     * For a person: that nothing answers here, why, and what to do about it.
     *
     * @param why in the words of whoever tried to connect
     */
    default String unreachable(String why) {
        String advice = "";
        if (why.contains("ermission denied")) {
            advice =
                    ". Add the user to the group that owns the socket (usually `docker`: sudo usermod -aG docker $USER,"
                            + " then log in again), or run this as root.";
        } else if (this instanceof Socket && (why.contains("No such file") || why.contains("onnection refused"))) {
            advice = ". Is the engine running? Start it, or name its socket with --socket or DOCKER_HOST.";
        } else if (this instanceof Tcp && why.contains("onnection refused")) {
            advice = ". Is the engine running, and does it listen on TCP? Or name another with --host or DOCKER_HOST.";
        }
        return "cannot reach the Docker Engine at " + this + ": " + why + advice;
    }

    /** What Docker uses when nobody says anything else. */
    String DEFAULT = "unix:///var/run/docker.sock";

    /**
     * Reads an address as the docker command line does.
     *
     * @param host {@code unix://PATH}, {@code tcp://HOST:PORT}, or a path; null for {@code DOCKER_HOST} or the default
     * @param environment {@code DOCKER_HOST}, {@code DOCKER_CERT_PATH}, {@code DOCKER_TLS_VERIFY}
     * @throws IllegalArgumentException for an address that cannot be used, saying why
     */
    static EngineAddress of(@Nullable String host, Map<String, String> environment) {
        String fromEnvironment = environment.getOrDefault("DOCKER_HOST", "");
        String text = host != null ? host : fromEnvironment.isEmpty() ? DEFAULT : fromEnvironment;
        if (text.startsWith("/") || text.startsWith("./")) {
            return new Socket(Path.of(text));
        }
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw invalid(text, "it is not a URL");
        }
        return switch (String.valueOf(uri.getScheme())) {
            case "unix" -> new Socket(Path.of(text.substring("unix://".length())));
            case "tcp", "http", "https" -> tcp(text, uri, environment);
            case "ssh" ->
                new OnlyCommand(
                        text,
                        "only the docker command speaks ssh (engine.mode=cli or auto); or forward the socket (ssh -L)"
                                + " and use unix://");
            case "npipe" -> throw invalid(text, "named pipes are not supported; expose the engine on tcp://");
            default -> throw invalid(text, "the scheme must be unix or tcp");
        };
    }

    private static EngineAddress tcp(String text, URI uri, Map<String, String> environment) {
        String certPath = environment.getOrDefault("DOCKER_CERT_PATH", "");
        boolean verify = !environment.getOrDefault("DOCKER_TLS_VERIFY", "").isEmpty();
        boolean withTls = verify || !certPath.isEmpty() || "https".equals(uri.getScheme());
        if (uri.getHost() == null) {
            throw invalid(text, "the host is missing");
        }
        Path folder =
                certPath.isEmpty() ? Path.of(environment.getOrDefault("HOME", "."), ".docker") : Path.of(certPath);
        int port = uri.getPort() != -1 ? uri.getPort() : withTls ? 2376 : 2375;
        return new Tcp(uri.getHost(), port, withTls ? new Tls(folder, verify) : null);
    }

    private static IllegalArgumentException invalid(String text, String why) {
        return new IllegalArgumentException("cannot use the engine address '" + text + "': " + why);
    }
}
