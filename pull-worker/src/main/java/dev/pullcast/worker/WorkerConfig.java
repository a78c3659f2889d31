// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.settings.HostRule;
import dev.pullcast.contract.settings.KafkaSettings;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.contract.settings.Settings.InvalidSetting;
import dev.pullcast.worker.credentials.CredentialSettings;
import dev.pullcast.worker.credentials.LoginOwners;
import dev.pullcast.worker.engine.DockerCommand;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.engine.EngineMode;
import dev.pullcast.worker.engine.Engines;
import dev.pullcast.worker.log.PullLog;
import dev.pullcast.worker.pull.PresentImages;
import dev.pullcast.worker.pull.PullSettings;
import dev.pullcast.worker.registry.RegistrySettings;
import dev.pullcast.worker.sizes.LayerSizes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be configured of a worker, validated.
 *
 * @param id stable; one live worker per id
 * @param labels for targets
 * @param dataFolder for lock and journal
 * @param heartbeatSeconds between heartbeats
 * @param drainSeconds for running pulls at shutdown
 * @param opsHost where health and metrics listen
 * @param opsPort 0 for any free one
 * @param opsHosts by which they may be called
 * @param engine where the engine listens
 * @param engineMode by which way it is reached
 * @param dockerCommand the other way than the API
 * @param credentials where registry logins are found
 * @param pulls how pulls are done
 * @param sizes whether registries are asked for sizes in advance
 * @param verifyPresent which images are checked at the registry before a project is told that they are there
 * @param registries bounds of what registries are asked
 * @param log for people; null for none
 * @param topics names of topics
 * @param partitions of topics that must be created
 * @param replication of topics that must be created; -1 for the broker's default
 * @param kafka settings of Kafka clients
 */
public record WorkerConfig(
        String id,
        Map<String, String> labels,
        Path dataFolder,
        int heartbeatSeconds,
        int drainSeconds,
        String opsHost,
        int opsPort,
        HostRule opsHosts,
        EngineAddress engine,
        EngineMode engineMode,
        DockerCommand dockerCommand,
        CredentialSettings credentials,
        PullSettings pulls,
        LayerSizes.Mode sizes,
        PresentImages.Verify verifyPresent,
        RegistrySettings registries,
        PullLog.@Nullable Settings log,
        Topics topics,
        int partitions,
        short replication,
        Map<String, String> kafka) {

    private static final List<Settings.Key> OWN = List.of(
            new Settings.Key("worker.id", "", "name of this worker, stable over restarts; default: the host name"),
            new Settings.Key("worker.labels", "", "name=value,… for targets of jobs"),
            new Settings.Key(
                    "worker.data-dir", "", "folder for lock and journal; default: ~/.local/share/pullcast/worker"),
            new Settings.Key(
                    "worker.heartbeat-seconds", "5", "between heartbeats; three missed and the worker counts as gone"),
            new Settings.Key("worker.parallelism", "4", "pulls at once"),
            new Settings.Key("worker.drain-seconds", "30", "for running pulls at shutdown"),
            new Settings.Key("worker.ops.host", "127.0.0.1", "address of health and metrics"),
            new Settings.Key(
                    "worker.ops.hosts", "", "further names by which health and metrics may be asked for, without port"),
            new Settings.Key(
                    "worker.ops.insecure-bind",
                    "false",
                    "true to serve health and metrics on other than loopback addresses to anybody who reaches them"),
            new Settings.Key("worker.ops.port", "8081", "port of health and metrics; 0 for any free one"),
            new Settings.Key(
                    "engine.host",
                    "",
                    "unix:///path or tcp://host:port; default: DOCKER_HOST, else the docker context in use, else "
                            + EngineAddress.DEFAULT),
            new Settings.Key(
                    "engine.mode",
                    "auto",
                    "api, cli (the docker command: no bytes, one process per pull), or auto: the API, and the command"
                            + " while only that reaches the engine"),
            new Settings.Key("engine.command", "docker", "name or path of the docker command"),
            new Settings.Key(
                    "credentials.dir",
                    "",
                    "folder of what jobs name as credentials: NAME.json, or a pull secret NAME/"),
            new Settings.Key("credentials.pull-secrets", "", "folder,… where Kubernetes pull secrets are mounted"),
            new Settings.Key(
                    "credentials.dir.projects",
                    "",
                    "projects,… whose pulls may use logins of credentials.dir that name no projects themselves; * for all;"
                            + " default: only pulls without a project"),
            new Settings.Key(
                    "credentials.pull-secrets.projects",
                    "",
                    "the same for mounted pull secrets without a file named projects"),
            new Settings.Key(
                    "credentials.docker.projects",
                    "",
                    "the same for the machine's own docker login, its helpers and DOCKER_AUTH_CONFIG"),
            new Settings.Key(
                    "credentials.keys", "", "file of keys that seal and open logins in jobs, one kid:key per line"),
            new Settings.Key("pull.backoff-limit", "3", "retries per pull when the job does not say"),
            new Settings.Key("pull.backoff-base-ms", "2000", "bound of the first delay; doubles with each failure"),
            new Settings.Key("pull.backoff-cap-seconds", "120", "bound of every delay between attempts"),
            new Settings.Key("pull.timeout-seconds", "3600", "per attempt when the job does not say"),
            new Settings.Key("pull.progress-interval-ms", "500", "at most one byte update per layer in it"),
            new Settings.Key("pull.stall-seconds", "60", "without a byte while something downloads; 0 for never"),
            new Settings.Key("pull.engine-wait-seconds", "600", "for an engine that is gone, before its pulls fail"),
            new Settings.Key("pull.per-registry", "0", "pulls at once from one registry; 0 for no bound"),
            new Settings.Key(
                    "pull.min-free-mib", "64", "free space of the engine's data root below which no pull starts"),
            new Settings.Key(
                    "pull.sizes-ahead",
                    "auto",
                    "read manifests for the sizes of layers: auto (all but Docker Hub's, where that counts as a pull),"
                            + " always or never"),
            new Settings.Key(
                    "pull.verify-present",
                    "private",
                    "images on the engine that IfNotPresent pulls at the registry for a project that has not read them:"
                            + " private (that a login of another project brought), always (also those that were there"
                            + " before), never"),
            new Settings.Key(
                    "registry.timeout-seconds",
                    "10",
                    "seconds for one question to a registry, with all its requests and waiting for its turn"),
            new Settings.Key(
                    "registry.max-manifest-bytes", "4194304", "maximum size of a manifest or an index, decompressed"),
            new Settings.Key(
                    "registry.max-at-once",
                    "8",
                    "maximum number of questions to registries at the same time; one for each registry"),
            new Settings.Key(
                    "registry.private",
                    "",
                    "registries and token servers,… that may be at loopback, link-local or private addresses: host,"
                            + " host:port, .domain or network"),
            new Settings.Key(
                    "registry.certs-dir",
                    "/etc/docker/certs.d",
                    "folder with HOST:PORT/ca.crt, client.cert and client.key of registries, as Docker's"),
            new Settings.Key("log.file", "", "log of pulls for people; a service uses /var/log/pullcast/pull.log"),
            new Settings.Key("log.json", "false", "true writes every event as JSON beside log.file, too"),
            new Settings.Key("log.max-mib", "10", "size at which a log file is set aside"),
            new Settings.Key("log.keep", "5", "log files set aside, 20 at most"));

    /** Every key of a worker. */
    public static final List<Settings.Key> KEYS =
            Stream.of(OWN, KafkaSettings.KEYS).flatMap(List::stream).toList();

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /**
     * Reads and checks settings.
     *
     * @param environment for {@code DOCKER_HOST} and its kin, {@code HOME}
     * @throws InvalidSetting naming the key, the value and what is allowed
     */
    public static WorkerConfig of(Settings settings, Map<String, String> environment) {
        String id = settings.find("worker.id") == null ? hostName() : settings.get("worker.id");
        if (!ID.matcher(id).matches()) {
            throw new InvalidSetting("setting 'worker.id' is '" + id
                    + "'; it must be 1 to 128 letters, digits, '.', '_' or '-', starting with a letter or digit");
        }
        Path dataFolder = settings.findPath("worker.data-dir");
        Path data = dataFolder != null
                ? dataFolder
                : Path.of(environment.getOrDefault("HOME", "."), ".local/share/pullcast/worker");
        EngineMode mode = settings.require("engine.mode", EngineMode::of);
        EngineAddress address = engine(settings, environment);
        settings.require("engine.mode", _ -> {
            Engines.checkMode(mode, address);
            return mode;
        });
        KafkaSettings kafka = KafkaSettings.of(settings);
        return new WorkerConfig(
                id,
                settings.getMap("worker.labels"),
                data,
                settings.getInt("worker.heartbeat-seconds", 1, 3600),
                settings.getInt("worker.drain-seconds", 0, 86_400),
                settings.get("worker.ops.host"),
                settings.getInt("worker.ops.port", 0, 65_535),
                opsHosts(settings),
                address,
                mode,
                new DockerCommand(
                        settings.get("engine.command"),
                        settings.find("engine.host") == null ? null : address.forCommand(),
                        data.resolve("logins")),
                credentials(settings),
                pulls(settings),
                settings.require("pull.sizes-ahead", LayerSizes.Mode::of),
                settings.require("pull.verify-present", PresentImages.Verify::of),
                registries(settings),
                log(settings),
                new Topics(kafka.prefix()),
                kafka.partitions(),
                kafka.replication(),
                kafka.clients());
    }

    /** Names the source that is wrong: the setting, or what stands in for it in the environment. */
    private static EngineAddress engine(Settings settings, Map<String, String> environment) {
        if (settings.find("engine.host") != null) {
            return settings.require("engine.host", host -> EngineAddress.of(host, environment));
        }
        try {
            return EngineAddress.of(null, environment);
        } catch (IllegalArgumentException e) {
            throw new InvalidSetting(
                    (environment.getOrDefault("DOCKER_HOST", "").isEmpty() ? "" : "environment variable DOCKER_HOST: ")
                            + e.getMessage());
        }
    }

    private static HostRule opsHosts(Settings settings) {
        String host = settings.get("worker.ops.host");
        boolean insecure = settings.getBoolean("worker.ops.insecure-bind");
        if (!insecure && !HostRule.isLoopback("worker.ops.host", host)) {
            throw new InvalidSetting("setting 'worker.ops.host' is '" + host
                    + "', which others can reach, and health and metrics ask nobody who they are. Use 127.0.0.1; or set"
                    + " worker.ops.insecure-bind=true if something in front of it keeps others out");
        }
        return new HostRule(
                settings.getList("worker.ops.hosts").stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet()),
                insecure);
    }

    private static RegistrySettings registries(Settings settings) {
        int seconds = settings.getInt("registry.timeout-seconds", 1, 600);
        int bytes = settings.getInt("registry.max-manifest-bytes", 1024, 64 << 20);
        int atOnce = settings.getInt("registry.max-at-once", 1, 1000);
        Path certificates = settings.require("registry.certs-dir", Path::of);
        try {
            return new RegistrySettings(
                    Duration.ofSeconds(seconds), bytes, atOnce, settings.getList("registry.private"), certificates);
        } catch (IllegalArgumentException e) {
            throw new InvalidSetting("setting 'registry.private': " + e.getMessage());
        }
    }

    private static PullLog.@Nullable Settings log(Settings settings) {
        Path file = settings.findPath("log.file");
        return file == null
                ? null
                : new PullLog.Settings(
                        file,
                        settings.getBoolean("log.json"),
                        settings.getInt("log.max-mib", 1, 100_000),
                        settings.getInt("log.keep", 1, 20));
    }

    private static CredentialSettings credentials(Settings settings) {
        return new CredentialSettings(
                settings.findPath("credentials.dir"),
                settings.getPaths("credentials.pull-secrets"),
                settings.findPath("credentials.keys"),
                new CredentialSettings.DefaultOwners(
                        owners(settings, "credentials.dir.projects"),
                        owners(settings, "credentials.pull-secrets.projects"),
                        owners(settings, "credentials.docker.projects")));
    }

    private static LoginOwners owners(Settings settings, String key) {
        try {
            return LoginOwners.of(settings.getList(key));
        } catch (IllegalArgumentException e) {
            throw new InvalidSetting("setting '" + key + "': " + e.getMessage());
        }
    }

    private static PullSettings pulls(Settings settings) {
        return new PullSettings(
                settings.getInt("worker.parallelism", 1, 1000),
                settings.getInt("pull.backoff-limit", 0, 1000),
                Duration.ofMillis(settings.getInt("pull.backoff-base-ms", 1, 3_600_000)),
                Duration.ofSeconds(settings.getInt("pull.backoff-cap-seconds", 1, 86_400)),
                Duration.ofSeconds(settings.getInt("pull.timeout-seconds", 1, 604_800)),
                Duration.ofMillis(settings.getInt("pull.progress-interval-ms", 10, 60_000)),
                new PullSettings.Guards(
                        Duration.ofSeconds(settings.getInt("pull.stall-seconds", 0, 86_400)),
                        Duration.ofSeconds(settings.getInt("pull.engine-wait-seconds", 0, 604_800)),
                        settings.getInt("pull.per-registry", 0, 1000),
                        (long) settings.getInt("pull.min-free-mib", 0, Integer.MAX_VALUE) << 20));
    }

    /** Without settings of Kafka's clients: they may be secrets. */
    @Override
    public String toString() {
        return "WorkerConfig[id=" + id + ", labels=" + labels + ", dataFolder=" + dataFolder + ", engine=" + engine
                + ", topics=" + topics + "]";
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new InvalidSetting(
                    "setting 'worker.id' is missing and this machine's host name cannot be found: " + e.getMessage());
        }
    }
}
