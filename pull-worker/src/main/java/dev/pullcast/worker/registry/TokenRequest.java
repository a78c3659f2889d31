// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.net.HostAndPort;
import dev.pullcast.contract.net.Proxy;
import dev.pullcast.worker.engine.RegistryAuth;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A token from the realm that a registry names (github.com/distribution/distribution, docs/spec/auth). A realm is asked
 * over https only, with a certificate that is verified; the one exception is the registry's own host and port, which is
 * spoken to as the registry is. So no login leaves in clear for a place that the registry chose. The scope is ours: to
 * pull this repository, whatever the challenge asks for.
 */
final class TokenRequest {
    static final int MAX_TOKEN_BYTES = 64 << 10;

    private static final int MAX_REALM_LENGTH = 2048;
    private static final int MAX_SERVICE_LENGTH = 1024;
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final ReaderParts parts;
    private final Endpoint registry;
    private final Challenge challenge;
    private final Deadline deadline;

    TokenRequest(ReaderParts parts, Endpoint registry, Challenge challenge, Deadline deadline) {
        this.parts = parts;
        this.registry = registry;
        this.challenge = challenge;
        this.deadline = deadline;
    }

    /** The value of {@code Authorization} for this repository. */
    String token(String repository, @Nullable RegistryAuth login) throws IOException {
        URI realm = realm();
        Endpoint server = endpoint(realm);
        String service = challenge.get("service");
        if (service != null && service.length() > MAX_SERVICE_LENGTH) {
            throw new RegistryException(Refusal.TOO_LARGE, "the name of the token's service is too long");
        }
        String asked = (service == null ? "" : "service=" + encoded(service) + '&') + "scope="
                + encoded("repository:" + repository + ":pull");
        Connection.Request request = login != null && isGiven(login.identityToken())
                ? form(realm, asked, login)
                : query(realm, asked, login);
        HttpAnswer answer = Connection.exchange(server, request, deadline);
        return "Bearer " + read(Lookup.checked(answer).body());
    }

    private static Connection.Request query(URI realm, String asked, @Nullable RegistryAuth login) {
        String account = "";
        Map<String, String> headers = Map.of();
        if (login != null && login.password() != null) {
            account = "&account=" + encoded(String.valueOf(login.username()));
            headers = Map.of("Authorization", Lookup.basic(login));
        }
        String before = realm.getRawQuery() == null ? "?" : "?" + realm.getRawQuery() + '&';
        return new Connection.Request("GET", path(realm) + before + asked + account, headers, null, MAX_TOKEN_BYTES);
    }

    private static Connection.Request form(URI realm, String asked, RegistryAuth login) {
        String form = "grant_type=refresh_token&client_id=pullcast&" + asked + "&refresh_token="
                + encoded(String.valueOf(login.identityToken()));
        String query = realm.getRawQuery() == null ? "" : '?' + realm.getRawQuery();
        return new Connection.Request("POST", path(realm) + query, Map.of(), form, MAX_TOKEN_BYTES);
    }

    private URI realm() throws RegistryException {
        String text = challenge.get("realm");
        if (text == null || text.length() > MAX_REALM_LENGTH) {
            throw refused("it has none that can be used");
        }
        try {
            URI realm = new URI(new URI(text).toASCIIString());
            String scheme = String.valueOf(realm.getScheme()).toLowerCase(Locale.ROOT);
            boolean right = (scheme.equals("https") || scheme.equals("http"))
                    && realm.getRawAuthority() != null
                    && realm.getRawAuthority().indexOf('@') < 0;
            if (!right) {
                throw refused("it is no http or https URL");
            }
            return realm;
        } catch (URISyntaxException e) {
            throw refused("it is no URL");
        }
    }

    private Endpoint endpoint(URI realm) throws RegistryException {
        boolean tls = realm.getScheme().equalsIgnoreCase("https");
        HostAndPort address = HostAndPort.read(realm.getRawAuthority());
        if (address.host().isEmpty() || address.port() == HostAndPort.BAD_PORT) {
            throw refused("it has no host or no port that can be used");
        }
        int port = address.port() != HostAndPort.NO_PORT ? address.port() : tls ? HTTPS_PORT : HTTP_PORT;
        boolean own = address.host().equalsIgnoreCase(registry.host()) && port == registry.port();
        if (own && tls == registry.tls()) {
            return registry;
        }
        if (!tls) {
            throw refused("it is not https, and not the registry itself");
        }
        Proxy proxy = parts.proxyFor(true, address.host(), port);
        List<InetAddress> found = parts.addresses(address.host(), proxy != null, deadline);
        List<InetAddress> permitted = found.isEmpty()
                ? found
                : parts.rules().ofRealm(address.host(), port, found, new AddressRules.Registry(registry.addresses()));
        return new Endpoint(address.host(), port, permitted, Endpoint.Security.VERIFIED, registry.trust(), proxy);
    }

    private static String path(URI realm) {
        String path = realm.getRawPath();
        return path == null || path.isEmpty() ? "/" : path;
    }

    private static String read(byte[] json) throws RegistryException {
        String token;
        try {
            JsonNode answer = ContractJson.mapper().readTree(json);
            String first = answer.path("token").asString("");
            token = first.isEmpty() ? answer.path("access_token").asString("") : first;
        } catch (JacksonException e) { // whose message may quote the token
            throw new RegistryException(Refusal.CONTENT, "the answer of the token server is not JSON");
        }
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new RegistryException(Refusal.CONTENT, "the token server gave no token that can be sent");
        }
        return token;
    }

    private static boolean isGiven(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static RegistryException refused(String why) {
        return new RegistryException(Refusal.REALM, "the registry's token server is not asked: " + why);
    }
}
