// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.net.HostAndPort;
import dev.pullcast.contract.net.Proxy;
import dev.pullcast.worker.engine.RegistryAuth;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * All requests of one question, with one deadline. Asks without a login first: how to log in is what the registry answers
 * then. The first answer also settles how the registry is spoken to: an insecure one that has no TLS gets plain HTTP, as
 * the engine does. For one thread.
 */
final class Lookup {
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private static final int OK = 200;
    private static final int REDIRECTS = 3;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY_REQUESTS = 429;

    /** For TLS with a registry that may have none and waits in silence for plain HTTP. */
    private static final int UNSURE_HANDSHAKE_MILLIS = 2_000;

    private static final int MAX_RETRY_DIGITS = 6;
    private static final String ACCEPT = String.join(
            ", ",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.distribution.manifest.v2+json");

    private final ReaderParts parts;
    private final ManifestRequest wanted;
    private final Deadline deadline;

    private @Nullable Endpoint settled;
    private @Nullable String authorization;

    Lookup(ReaderParts parts, ManifestRequest wanted, Deadline deadline) {
        this.parts = parts;
        this.wanted = wanted;
        this.deadline = deadline;
    }

    /** A 200, with or without its body. */
    HttpAnswer manifest(String method, String reference) throws IOException {
        String path = "/v2/" + wanted.repository() + "/manifests/" + reference;
        HttpAnswer answer = send(method, path);
        if (answer.status() == UNAUTHORIZED && authorization == null) {
            authorization = authorize(answer);
            answer = send(method, path);
        }
        return checked(answer);
    }

    private HttpAnswer send(String method, String path) throws IOException {
        Map<String, String> headers = new HashMap<>(Map.of("Accept", ACCEPT));
        if (authorization != null) {
            headers.put("Authorization", authorization);
        }
        Connection.Request request = new Connection.Request(
                method, path, headers, null, parts.settings().maxManifestBytes());
        Endpoint known = settled;
        return known != null ? Connection.exchange(known, request, deadline) : first(request);
    }

    private HttpAnswer first(Connection.Request request) throws IOException {
        Server server = server();
        Endpoint plain = server.endpoint(HTTP_PORT, Endpoint.Security.NONE);
        if (wanted.plain()) {
            settled = plain;
            return Connection.exchange(plain, request, deadline);
        }
        Endpoint secure = server.endpoint(
                HTTPS_PORT, server.insecure() ? Endpoint.Security.ANY_CERTIFICATE : Endpoint.Security.VERIFIED);
        settled = secure;
        if (!server.insecure()) {
            return Connection.exchange(secure, request, deadline);
        }
        try {
            return Connection.exchange(secure, request, deadline, Math.min(UNSURE_HANDSHAKE_MILLIS, deadline.millis()));
        } catch (Connection.TlsException e) {
            settled = plain;
        } catch (RegistryException e) {
            if (e.refusal() != Refusal.UNREACHABLE) {
                throw e;
            }
            settled = plain;
        }
        return Connection.exchange(plain, request, deadline);
    }

    /** The registry, looked up and permitted. */
    private record Server(
            HostAndPort address,
            List<InetAddress> addresses,
            boolean insecure,
            SSLSocketFactory trust,
            @Nullable Proxy secureProxy,
            @Nullable Proxy plainProxy) {

        Endpoint endpoint(int usualPort, Endpoint.Security security) {
            int port = address.port() == HostAndPort.NO_PORT ? usualPort : address.port();
            Proxy proxy = security == Endpoint.Security.NONE ? plainProxy : secureProxy;
            return new Endpoint(address.host(), port, addresses, security, trust, proxy);
        }
    }

    private Server server() throws RegistryException {
        HostAndPort address = HostAndPort.read(wanted.server());
        boolean anyPort = address.port() == HostAndPort.NO_PORT;
        int port = anyPort ? HTTPS_PORT : address.port();
        Proxy secure = parts.proxyFor(true, address.host(), port);
        Proxy plain = parts.proxyFor(false, address.host(), anyPort ? HTTP_PORT : port);
        List<InetAddress> found = parts.addresses(address.host(), secure != null, deadline);
        if (!wanted.engineIsHere() && found.stream().anyMatch(InetAddress::isLoopbackAddress)) {
            throw new RegistryException(Refusal.ADDRESS, "the registry is on the engine's machine, not on this one");
        }
        List<InetAddress> permitted =
                found.isEmpty() ? found : parts.rules().ofRegistry(wanted, address.host(), port, found);
        return new Server(
                address,
                permitted,
                wanted.rules().isInsecure(wanted.server(), permitted),
                parts.certificates().of(wanted.server()),
                secure,
                plain);
    }

    private String authorize(HttpAnswer refused) throws IOException {
        List<Challenge> challenges = Challenge.parse(refused.all("www-authenticate"));
        Challenge bearer = Challenge.find(challenges, "bearer");
        RegistryAuth login = wanted.auth();
        Endpoint registry = settled;
        if (bearer != null && registry != null) {
            return new TokenRequest(parts, registry, bearer, deadline).token(wanted.repository(), login);
        }
        if (Challenge.find(challenges, "basic") != null && login != null && login.password() != null) {
            return basic(login);
        }
        throw new RegistryException(Refusal.LOGIN, "the registry wants a login, and there is none that it takes");
    }

    static String basic(RegistryAuth login) {
        String pair = login.username() + ":" + login.password();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    static HttpAnswer checked(HttpAnswer answer) throws RegistryException {
        int status = answer.status();
        if (status == OK) {
            return answer;
        }
        if (status / 100 == REDIRECTS) {
            throw new RegistryException(Refusal.REDIRECT, "the registry sends to another place, which is not followed");
        }
        String text = "the registry answered HTTP " + status;
        throw switch (status) {
            case UNAUTHORIZED, FORBIDDEN -> new RegistryException(Refusal.LOGIN, text);
            case NOT_FOUND -> new RegistryException(Refusal.NOT_FOUND, text);
            case TOO_MANY_REQUESTS ->
                new RegistryException(Refusal.LIMITED, text, seconds(answer.first("retry-after")));
            default -> new RegistryException(Refusal.STATUS, text);
        };
    }

    /** The other form, a date, is not used by registries. */
    private static @Nullable Duration seconds(@Nullable String retryAfter) {
        long seconds = retryAfter == null ? -1 : HttpReader.number(retryAfter, 10, MAX_RETRY_DIGITS);
        return seconds < 0 ? null : Duration.ofSeconds(seconds);
    }
}
