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
     * @param systemAuthorities whether the authorities that Java trusts count where the folder has no {@code ca.pem}
     */
    record Tls(Path folder, boolean verify, boolean systemAuthorities) {
        /** With an authority of its own. */
        public Tls(Path folder, boolean verify) {
            this(folder, verify, false);
        }
    }

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

    /** The same where TLS is asked for. */
    String DEFAULT_TLS = "tcp://localhost:2376";

    /**
     * Finds the engine as the docker command does: what is given, else {@code DOCKER_HOST}, else the context of {@code
     * DOCKER_CONTEXT} or of {@code currentContext} in {@code config.json}, else the default socket.
     *
     * @param host {@code unix://PATH}, {@code tcp://HOST:PORT}, or a path; null for what the environment says
     * @param environment {@code DOCKER_HOST}, {@code DOCKER_CONTEXT}, {@code DOCKER_CONFIG}, {@code HOME}, {@code
     *     DOCKER_TLS}, {@code DOCKER_TLS_VERIFY}, {@code DOCKER_CERT_PATH}
     * @throws IllegalArgumentException for an address or a context that cannot be used, saying why
     */
    static EngineAddress of(@Nullable String host, Map<String, String> environment) {
        String fromEnvironment = environment.getOrDefault("DOCKER_HOST", "");
        DockerContexts contexts = DockerContexts.of(environment);
        Tls tls = tls(contexts.folder(), environment);
        if (host != null || !fromEnvironment.isEmpty()) {
            String text = host != null ? host : fromEnvironment;
            boolean https = tls == null && text.startsWith("https://");
            return parse(text, https ? new Tls(contexts.folder(), false) : tls);
        }
        EngineAddress ofContext = contexts.current(environment);
        if (ofContext != null) {
            return ofContext;
        }
        boolean tcp = isSet("DOCKER_TLS", environment) || isSet("DOCKER_TLS_VERIFY", environment);
        return parse(tcp ? DEFAULT_TLS : DEFAULT, tls);
    }

    /**
     * Reads an address.
     *
     * @param tls for TCP; null for clear text
     * @throws IllegalArgumentException for one that cannot be used, saying why
     */
    static EngineAddress parse(String text, @Nullable Tls tls) {
        if (text.startsWith("/") || text.startsWith("./")) {
            return new Socket(Path.of(text));
        }
        if (text.equals("unix://")) {
            return parse(DEFAULT, null);
        }
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw invalid(text, "it is not a URL");
        }
        return switch (String.valueOf(uri.getScheme())) {
            case "unix" -> {
                if (text.length() <= "unix://".length() || !text.startsWith("unix://")) {
                    throw invalid(text, "a Unix socket is written unix:///PATH");
                }
                yield new Socket(Path.of(text.substring("unix://".length())));
            }
            case "tcp", "http", "https" -> tcp(text, uri, tls);
            case "ssh" ->
                new OnlyCommand(
                        text,
                        "only the docker command speaks ssh (engine.mode=cli or auto); or forward the socket (ssh -L)"
                                + " and use unix://");
            case "npipe" -> throw invalid(text, "named pipes are not supported; expose the engine on tcp://");
            default -> throw invalid(text, "the scheme must be unix or tcp");
        };
    }

    private static @Nullable Tls tls(Path configFolder, Map<String, String> environment) {
        String certPath = environment.getOrDefault("DOCKER_CERT_PATH", "");
        boolean verify = isSet("DOCKER_TLS_VERIFY", environment);
        if (!verify && certPath.isEmpty() && !isSet("DOCKER_TLS", environment)) {
            return null;
        }
        return new Tls(certPath.isEmpty() ? configFolder : Path.of(certPath), verify);
    }

    private static boolean isSet(String variable, Map<String, String> environment) {
        return !environment.getOrDefault(variable, "").isEmpty();
    }

    private static EngineAddress tcp(String text, URI uri, @Nullable Tls tls) {
        if (uri.getHost() == null) {
            throw invalid(text, "the host is missing");
        }
        int port = uri.getPort() != -1 ? uri.getPort() : tls != null ? 2376 : 2375;
        return new Tcp(uri.getHost(), port, tls);
    }

    private static IllegalArgumentException invalid(String text, String why) {
        return new IllegalArgumentException("cannot use the engine address '" + text + "': " + why);
    }
}
