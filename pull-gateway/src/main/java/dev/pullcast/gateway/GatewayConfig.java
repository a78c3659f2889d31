// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.settings.HostRule;
import dev.pullcast.contract.settings.KafkaSettings;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.gateway.api.HttpSettings;
import dev.pullcast.gateway.api.RequestLimits;
import dev.pullcast.gateway.coordinator.JobRules;
import dev.pullcast.gateway.door.DoorSettings;
import dev.pullcast.gateway.feed.FeedSettings;
import dev.pullcast.gateway.fleet.FleetView;
import dev.pullcast.gateway.fleet.StateLimits;
import dev.pullcast.gateway.security.SecuritySettings;
import dev.pullcast.gateway.sse.SseSettings;
import dev.pullcast.gateway.tenants.TenantRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a gateway process, checked.
 *
 * @param roles what this process does
 * @param http the server's
 * @param feed the feed's
 * @param security who may come in
 * @param jobs what the coordinator decides by
 * @param partitions of topics that are created
 * @param replication of topics that are created; -1 for the broker's default
 * @param publishTimeout after which a job that Kafka did not acknowledge is refused
 * @param finished jobs that are kept to be looked at
 * @param state how much is kept and shown
 * @param eventLoops of the HTTP server
 * @param downSeconds after which an event loop that does not run makes the process unhealthy
 * @param wedgedSeconds after which it ends the process; 0 for never
 * @param sealingKeys file of the keys that logins are sealed with; null where logins in requests are refused
 */
public record GatewayConfig(
        Set<Role> roles,
        HttpSettings http,
        FeedSettings feed,
        SecuritySettings security,
        JobRules jobs,
        int partitions,
        short replication,
        Duration publishTimeout,
        FleetView.Kept finished,
        StateLimits state,
        int eventLoops,
        int downSeconds,
        int wedgedSeconds,
        @Nullable Path sealingKeys) {
    private static final List<Settings.Key> OWN = List.of(
            new Settings.Key("gateway.roles", "api,coordinator", "what this process does: api, coordinator or both"),
            new Settings.Key("gateway.host", "127.0.0.1", "address that the gateway listens on"),
            new Settings.Key(
                    "gateway.port",
                    "8080",
                    "port that the gateway listens on; 0 for any free one, which one thread serves"),
            new Settings.Key(
                    "gateway.insecure-bind",
                    "false",
                    "true to listen on other than loopback addresses although anybody who reaches them may do anything"),
            new Settings.Key("gateway.hosts", "", "further names by which the gateway may be called, without port"),
            new Settings.Key(
                    "gateway.tls.certificate",
                    "",
                    "PEM file of the certificate and those between it and its root; read again when it changes"),
            new Settings.Key("gateway.tls.key", "", "PEM file of its key, PKCS#8 without a password"),
            new Settings.Key("gateway.cors.origins", "", "origins whose pages may use the API, as https://example.org"),
            new Settings.Key("gateway.event-loops", "0", "threads that serve HTTP; 0 for one per processor, at most 4"),
            new Settings.Key(
                    "gateway.liveness-seconds",
                    "10",
                    "seconds after which a thread that does not answer makes /healthz 503"),
            new Settings.Key(
                    "gateway.wedged-seconds",
                    "60",
                    "seconds after which such a thread ends the process with exit code 4; 0 for never"),
            new Settings.Key("gateway.max-body-bytes", "1048576", "bytes in a request at most"),
            new Settings.Key(
                    "gateway.max-bodies-bytes",
                    "67108864",
                    "bytes of all request bodies that are under way at most; more are refused until some are done"),
            new Settings.Key(
                    "gateway.max-unread-bytes",
                    "134217728",
                    "bytes of all answers and streams that clients have not taken yet at most; above it the slowest"
                            + " connection is cut"),
            new Settings.Key(
                    "gateway.max-connections",
                    "24000",
                    "open connections at most, and no more than the files that the process may open; more are closed"
                            + " at once"),
            new Settings.Key(
                    "gateway.max-connections-per-address",
                    "4000",
                    "open connections from one client address at most; 0 for no bound of its own"),
            new Settings.Key(
                    "gateway.head-timeout-seconds",
                    "20",
                    "seconds for a request's head or a TLS handshake to be whole"),
            new Settings.Key("gateway.body-timeout-seconds", "30", "seconds for a request's body to be whole"),
            new Settings.Key(
                    "gateway.idle-timeout-seconds",
                    "60",
                    "seconds after which a connection without a request is closed"),
            new Settings.Key("gateway.max-images", "1000", "images in a job that comes over HTTP at most"),
            new Settings.Key(
                    "gateway.max-jobs",
                    "1000",
                    "jobs of one project that have not ended at most; more that come over HTTP are refused"),
            new Settings.Key(
                    "compat.worker", "", "id of the worker that POST /pull means; default: the only one there is"),
            new Settings.Key("gateway.publish-timeout-millis", "5000", "milliseconds for Kafka to acknowledge a job"),
            new Settings.Key("gateway.finished-jobs", "500", "jobs that are kept to be looked at after their end"),
            new Settings.Key(
                    "gateway.finished-pulls",
                    "20000",
                    "pulls of those jobs that are kept; the job that ended last is always whole"),
            new Settings.Key(
                    "gateway.history-hours", "24", "age of a job in hours up to which it is read at the start"),
            new Settings.Key("gateway.ring-bytes", "33554432", "memory in bytes for the newest events"),
            new Settings.Key("gateway.sse.heartbeat-seconds", "15", "seconds between signs of life on a stream"),
            new Settings.Key(
                    "gateway.sse.max-lifetime-seconds", "3600", "seconds after which a stream ends and comes back"),
            new Settings.Key(
                    "gateway.sse.stall-seconds",
                    "60",
                    "seconds after which a stream or any other answer of which the client takes nothing is cut"),
            new Settings.Key("gateway.sse.queue-frames", "1024", "events that wait for one slow subscriber at most"),
            new Settings.Key(
                    "gateway.sse.queue-bytes", "1048576", "bytes of events that wait for one slow subscriber at most"),
            new Settings.Key(
                    "gateway.sse.send-buffer-bytes",
                    "131072",
                    "bytes that the kernel holds for one connection; it takes up to twice as much"),
            new Settings.Key("gateway.sse.max-subscribers", "20000", "open streams at most"),
            new Settings.Key(
                    "gateway.sse.max-subscribers-per-address",
                    "1000",
                    "open streams from one client address at most; 0 for no bound of its own"),
            new Settings.Key(
                    "gateway.sse.max-openings-per-minute",
                    "1200",
                    "streams that one login (or one address, where nobody logs in) may open in a minute; 0 for no bound"),
            new Settings.Key(
                    "gateway.sse.max-snapshots",
                    "500",
                    "streams whose client has not taken all of its snapshot yet at most; above it new ones are refused"),
            new Settings.Key(
                    "gateway.sse.read-backs", "4", "streams per thread that read old events from Kafka at once"),
            new Settings.Key(
                    "credentials.keys", "", "file of keys that seal and open logins in jobs, one kid:key per line"));

    /** Every key, for the program and for the README's table. */
    public static final List<Settings.Key> KEYS = Stream.of(
                    OWN, KafkaSettings.KEYS, SecuritySettings.KEYS, JobRules.KEYS, TenantRules.KEYS, StateLimits.KEYS)
            .flatMap(List::stream)
            .toList();

    private static final int MOST_EVENT_LOOPS = 4;

    /** What a gateway process can do. */
    public enum Role {
        /** Serve HTTP. */
        API,
        /** Turn jobs into tasks. */
        COORDINATOR
    }

    /** Settles the set. */
    public GatewayConfig {
        roles = Set.copyOf(roles);
    }

    /**
     * Checks settings.
     *
     * @throws Settings.InvalidSetting naming the key that is wrong
     */
    public static GatewayConfig of(Settings settings) {
        KafkaSettings kafka = KafkaSettings.of(settings);
        SecuritySettings security = SecuritySettings.of(settings);
        JobRules jobs = JobRules.of(settings);
        int loops = settings.getInt("gateway.event-loops", 0, 256);
        return new GatewayConfig(
                roles(settings),
                http(settings, security, jobs.limits(), jobs.tenants()),
                new FeedSettings(
                        new Topics(kafka.prefix()),
                        kafka.clients(),
                        settings.getInt("gateway.ring-bytes", 64 * 1024, Integer.MAX_VALUE),
                        Duration.ofHours(settings.getInt("gateway.history-hours", 1, 24 * 365)),
                        jobs.limits()),
                security,
                jobs,
                kafka.partitions(),
                kafka.replication(),
                Duration.ofMillis(settings.getInt("gateway.publish-timeout-millis", 100, 600_000)),
                new FleetView.Kept(
                        settings.getInt("gateway.finished-jobs", 0, 1_000_000),
                        settings.getInt("gateway.finished-pulls", 0, 100_000_000)),
                StateLimits.of(settings),
                loops == 0 ? Math.min(MOST_EVENT_LOOPS, Runtime.getRuntime().availableProcessors()) : loops,
                settings.getInt("gateway.liveness-seconds", 1, 3600),
                settings.getInt("gateway.wedged-seconds", 0, 86_400),
                settings.findPath("credentials.keys"));
    }

    private static Set<Role> roles(Settings settings) {
        Set<Role> roles = new TreeSet<>();
        for (String name : settings.getList("gateway.roles")) {
            roles.add(
                    switch (name) {
                        case "api" -> Role.API;
                        case "coordinator" -> Role.COORDINATOR;
                        default ->
                            throw new Settings.InvalidSetting(
                                    "setting 'gateway.roles' has '" + name + "'; it may have api and coordinator");
                    });
        }
        if (roles.isEmpty()) {
            throw new Settings.InvalidSetting("setting 'gateway.roles' is empty; it may have api and coordinator");
        }
        return roles;
    }

    private static HttpSettings http(
            Settings settings, SecuritySettings security, JobLimits jobs, TenantRules tenants) {
        String host = settings.get("gateway.host");
        boolean insecure = settings.getBoolean("gateway.insecure-bind");
        if (!insecure && !security.isRequired() && !HostRule.isLoopback("gateway.host", host)) {
            throw new Settings.InvalidSetting("setting 'gateway.host' is '" + host
                    + "', which others can reach, and nobody is asked who they are: whoever reaches it could start and"
                    + " stop pulls. Use 127.0.0.1; or name a file of tokens in gateway.auth.tokens; or set"
                    + " gateway.insecure-bind=true if something in front of it keeps others out");
        }
        int port = settings.getInt("gateway.port", 0, 65_535);
        return new HttpSettings(
                host,
                port,
                settings.getList("gateway.hosts").stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet()),
                Set.copyOf(settings.getList("gateway.cors.origins")),
                insecure || security.isRequired(),
                new RequestLimits(
                        jobs,
                        settings.getInt("gateway.max-body-bytes", 1024, 64 * 1024 * 1024),
                        settings.getInt("gateway.max-images", 1, 10_000),
                        settings.getInt("gateway.max-jobs", 1, 10_000_000),
                        settings.getInt("gateway.sse.max-subscribers-per-address", 0, 10_000_000),
                        StateLimits.of(settings).stateBytes(),
                        tenants),
                door(settings),
                tls(settings),
                new SseSettings(
                        Duration.ofSeconds(settings.getInt("gateway.sse.heartbeat-seconds", 1, 3600)),
                        Duration.ofSeconds(settings.getInt("gateway.sse.max-lifetime-seconds", 1, 7 * 86_400)),
                        Duration.ofSeconds(settings.getInt("gateway.sse.stall-seconds", 1, 3600)),
                        settings.getInt("gateway.sse.queue-frames", 16, 1_000_000),
                        settings.getInt("gateway.sse.queue-bytes", 64 * 1024, Integer.MAX_VALUE),
                        settings.getInt("gateway.sse.send-buffer-bytes", 4096, 64 * 1024 * 1024),
                        settings.getInt("gateway.sse.max-subscribers", 1, 10_000_000),
                        settings.getInt("gateway.sse.read-backs", 1, 1000)),
                Objects.requireNonNullElse(settings.find("compat.worker"), ""),
                shown(settings));
    }

    private static DoorSettings door(Settings settings) {
        return new DoorSettings(
                settings.getInt("gateway.max-connections", 1, 10_000_000),
                settings.getInt("gateway.max-connections-per-address", 0, 10_000_000),
                Duration.ofSeconds(settings.getInt("gateway.head-timeout-seconds", 1, 3600)),
                Duration.ofSeconds(settings.getInt("gateway.body-timeout-seconds", 1, 3600)),
                Duration.ofSeconds(settings.getInt("gateway.idle-timeout-seconds", 1, 86_400)),
                // Streams cut themselves, and count it, a moment earlier.
                Duration.ofSeconds(settings.getInt("gateway.sse.stall-seconds", 1, 3600) + 1L),
                settings.getInt("gateway.max-bodies-bytes", 64 * 1024, Integer.MAX_VALUE),
                settings.getInt("gateway.max-unread-bytes", 1024 * 1024, Integer.MAX_VALUE),
                settings.getInt("gateway.sse.max-snapshots", 1, 10_000_000),
                settings.getInt("gateway.sse.max-openings-per-minute", 0, 10_000_000));
    }

    /** With the names that the older puller gave them, too. */
    private static Map<String, String> shown(Settings settings) {
        Map<String, String> shown = new HashMap<>(settings.withoutSecrets());
        shown.put("listen", settings.get("gateway.host") + ':' + settings.get("gateway.port"));
        String engine = settings.find("engine.host");
        if (engine != null) {
            shown.put("docker_socket", engine);
        }
        return shown;
    }

    private static HttpSettings.@Nullable Tls tls(Settings settings) {
        Path certificate = settings.findPath("gateway.tls.certificate");
        Path key = settings.findPath("gateway.tls.key");
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw new Settings.InvalidSetting("settings 'gateway.tls.certificate' and 'gateway.tls.key' go together");
        }
        return new HttpSettings.Tls(certificate, key);
    }
}
