// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.kafka.Right;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.standalone.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.awaitility.Awaitility;

/**
 * A broker that lets in only whom it knows, and each only to what was granted (Kafka's own {@code StandardAuthorizer}).
 * It has a listener for each {@link Way}, and one without any, on which a test is the super user.
 */
public final class SecureKafka implements AutoCloseable {
    private static final long BOUND_SECONDS = 20;
    private static final String AUDIENCE = "kafka";
    private static final String ALLOWED_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
    private static final int ITERATIONS = 4096;

    private final Path folder;
    private final EmbeddedBroker broker;
    private final Map<Way, Integer> ports;
    private final String superServers;
    private final OAuthServer oauth;
    private final Map<String, String> passwords = new ConcurrentHashMap<>();
    private final List<String> keys = new ArrayList<>();
    private final Admin admin;

    /** How a client proves who it is. */
    public enum Way {
        /** With a certificate of its own; the principal is its common name. */
        TLS,
        /** SASL SCRAM-SHA-512 over TLS. */
        SCRAM,
        /** SASL OAUTHBEARER over TLS, with a token from {@link OAuthServer}; the principal is its subject. */
        OAUTH
    }

    // One parameter for each part.
    private SecureKafka(
            Path folder, EmbeddedBroker broker, Map<Way, Integer> ports, String superServers, OAuthServer oauth) {
        this.folder = folder;
        this.broker = broker;
        this.ports = ports;
        this.superServers = superServers;
        this.oauth = oauth;
        this.admin = Admin.create(Map.of("bootstrap.servers", superServers));
    }

    /**
     * Starts one.
     *
     * @param folder empty; for data, certificates and keys
     * @param users that may come by {@link Way#TLS}, too; others are known by {@link #user}
     */
    public static SecureKafka start(Path folder, String... users) {
        try {
            List<String> keys = new ArrayList<>();
            StringBuilder trusted = new StringBuilder();
            for (String user : users) {
                PemCertificate own = PemCertificate.make(user, "EC");
                Files.writeString(folder.resolve(user + ".pem"), own.key() + own.certificate());
                trusted.append(own.certificate());
                keys.add(own.key().lines().skip(1).findFirst().orElseThrow());
            }
            PemCertificate server = PemCertificate.make("kafka", "EC");
            Files.writeString(folder.resolve("broker.pem"), server.key() + server.certificate());
            Files.writeString(folder.resolve("ca.pem"), server.certificate());
            // A truststore must hold something.
            Files.writeString(folder.resolve("clients.pem"), trusted.isEmpty() ? server.certificate() : trusted);
            OAuthServer oauth = OAuthServer.start(AUDIENCE);
            allow(oauth.tokenUrl() + ',' + oauth.keysUrl());
            Map<Way, Integer> ports = new EnumMap<>(Way.class);
            for (Way way : Way.values()) {
                ports.put(way, freePort());
            }
            int open = freePort();
            EmbeddedBroker broker =
                    new EmbeddedBroker(folder.resolve("data"), open, settings(folder, open, ports, oauth));
            SecureKafka started = new SecureKafka(folder, broker, ports, broker.start(), oauth);
            started.keys.addAll(keys);
            for (String user : users) {
                started.user(user);
            }
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The property is the process's, and several brokers may run in it one after the other. */
    private static void allow(String urls) {
        String before = System.getProperty(ALLOWED_URLS);
        System.setProperty(ALLOWED_URLS, before == null ? urls : before + ',' + urls);
    }

    private static Map<String, String> settings(Path folder, int open, Map<Way, Integer> ports, OAuthServer oauth) {
        int controller = freePort();
        StringBuilder listeners = new StringBuilder("PLAINTEXT://127.0.0.1:" + open);
        ports.forEach((way, port) ->
                listeners.append(',').append(way).append("://127.0.0.1:").append(port));
        Map<String, String> s = new HashMap<>();
        s.put("advertised.listeners", listeners.toString());
        s.put("listeners", listeners + ",CONTROLLER://127.0.0.1:" + controller);
        s.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        s.put(
                "listener.security.protocol.map",
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,TLS:SSL,SCRAM:SASL_SSL,OAUTH:SASL_SSL");
        s.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        s.put("super.users", "User:ANONYMOUS");
        s.put("ssl.keystore.type", "PEM");
        s.put("ssl.keystore.location", folder.resolve("broker.pem").toString());
        s.put("ssl.truststore.type", "PEM");
        s.put("ssl.truststore.location", folder.resolve("clients.pem").toString());
        s.put("ssl.principal.mapping.rules", "RULE:^CN=(.*)$/$1/");
        s.put("listener.name.tls.ssl.client.auth", "required");
        s.put("listener.name.scram.sasl.enabled.mechanisms", "SCRAM-SHA-512");
        s.put(
                "listener.name.scram.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        s.put("listener.name.oauth.sasl.enabled.mechanisms", "OAUTHBEARER");
        s.put(
                "listener.name.oauth.oauthbearer.sasl.jaas.config",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;");
        s.put(
                "listener.name.oauth.oauthbearer.sasl.server.callback.handler.class",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler");
        s.put("sasl.oauthbearer.jwks.endpoint.url", oauth.keysUrl());
        s.put("sasl.oauthbearer.expected.audience", AUDIENCE);
        return s;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Client settings of somebody who may do everything. */
    public Map<String, String> superUser() {
        return Map.of("bootstrap.servers", superServers);
    }

    /** Creates topics as the product does, by the super user. */
    public Topics topics(String prefix, int partitions) {
        Topics topics = new Topics(prefix);
        var result = TopicSetup.ensure(new HashMap<>(superUser()), topics, partitions, TopicSetup.BROKERS_REPLICATION);
        if (result instanceof TopicSetup.Unusable unusable) {
            throw new AssertionError(unusable.problem());
        }
        return topics;
    }

    /** Makes somebody known, who may do nothing yet; again, it does nothing. */
    public SecureKafka user(String name) {
        if (passwords.containsKey(name)) {
            return this;
        }
        String password = "secret-" + UlidCreator.getUlid();
        passwords.put(name, password);
        oauth.register(name, password);
        get(admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                        name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS), password)))
                .all());
        // The broker learns it from the controller some moments later.
        Awaitility.await()
                .ignoreExceptions()
                .until(() ->
                        get(admin.describeUserScramCredentials(List.of(name)).description(name)) != null);
        return this;
    }

    /** Grants rights and returns when the broker knows them. */
    public void grant(String user, Collection<Right> rights) {
        List<AclBinding> bindings =
                rights.stream().map(right -> right.grantedTo("User:" + user)).toList();
        get(admin.createAcls(bindings).all());
        Awaitility.await().until(() -> acls().containsAll(bindings));
    }

    /** Takes rights away and returns when the broker knows that. */
    public void revoke(String user, Collection<Right> rights) {
        List<AclBinding> bindings =
                rights.stream().map(right -> right.grantedTo("User:" + user)).toList();
        get(admin.deleteAcls(bindings.stream().map(AclBinding::toFilter).toList())
                .all());
        Awaitility.await().until(() -> acls().stream().noneMatch(bindings::contains));
    }

    private Collection<AclBinding> acls() {
        return get(admin.describeAcls(AclBindingFilter.ANY).values());
    }

    /** All that a client of Kafka must be told to come in as somebody. */
    public Map<String, String> client(Way way, String user) {
        Map<String, String> s = new HashMap<>();
        s.put("bootstrap.servers", "127.0.0.1:" + ports.get(way));
        s.put("ssl.truststore.type", "PEM");
        s.put("ssl.truststore.location", folder.resolve("ca.pem").toString());
        switch (way) {
            case TLS -> {
                s.put("security.protocol", "SSL");
                s.put("ssl.keystore.type", "PEM");
                s.put("ssl.keystore.location", folder.resolve(user + ".pem").toString());
            }
            case SCRAM -> {
                s.put("security.protocol", "SASL_SSL");
                s.put("sasl.mechanism", "SCRAM-SHA-512");
                s.put(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + user
                                + "\" password=\"" + passwords.get(user) + "\";");
            }
            case OAUTH -> {
                s.put("security.protocol", "SASL_SSL");
                s.put("sasl.mechanism", "OAUTHBEARER");
                s.put(
                        "sasl.login.callback.handler.class",
                        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler");
                s.put("sasl.oauthbearer.token.endpoint.url", oauth.tokenUrl());
                s.put(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId=\""
                                + user + "\" clientSecret=\"" + passwords.get(user) + "\";");
            }
        }
        return s;
    }

    /**
     * The same by {@link Way#TLS} for librdkafka, which names settings otherwise. Not by SCRAM: before 2.6.1 it does that in
     * a way that Kafka 4 refuses (confluentinc/librdkafka#4895), and distributions have older ones.
     */
    public Map<String, String> librdkafka(String user) {
        String own = folder.resolve(user + ".pem").toString();
        return Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + ports.get(Way.TLS),
                "security.protocol",
                "SSL",
                "ssl.ca.location",
                folder.resolve("ca.pem").toString(),
                "ssl.certificate.location",
                own,
                "ssl.key.location",
                own);
    }

    /** Everything that must stand in no log and no answer. */
    public List<String> secrets() {
        List<String> all = new ArrayList<>(passwords.values());
        all.addAll(oauth.tokens());
        all.addAll(keys);
        return all;
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(BOUND_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        admin.close();
        broker.close();
        oauth.close();
    }
}
