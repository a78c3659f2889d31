// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import dev.pullcast.contract.settings.KafkaSettings;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.contract.settings.Settings.InvalidSetting;
import dev.pullcast.gateway.GatewayConfig;
import dev.pullcast.gateway.security.SecuritySettings;
import dev.pullcast.worker.WorkerConfig;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that {@code pullcast up} needs: the settings of a gateway and of a worker, and a folder for all data.
 *
 * @param data folder of broker and worker
 * @param kafkaPort of the broker; 0 for any free one
 * @param gatewayPort 0 for any free one
 * @param settings all, without Kafka's address, which is not known before the broker runs
 */
public record UpConfig(Path data, int kafkaPort, int gatewayPort, Source settings) {
    /** Keys of its own. */
    public static final List<Settings.Key> KEYS = List.of(new Settings.Key(
            "up.kafka-port", "0", "port of the broker inside pullcast up, on loopback; 0 for any free one"));

    private static final List<String> LOGIN_OWNERS =
            List.of("credentials.dir.projects", "credentials.pull-secrets.projects", "credentials.docker.projects");

    /** Where settings come from. */
    public record Source(@Nullable Path file, Map<String, String> environment, Map<String, String> overrides) {
        private Settings read(Map<String, String> more) {
            Map<String, String> all = new LinkedHashMap<>(overrides);
            all.putAll(more);
            return Settings.read(allKeys(), file, environment, all);
        }

        /** Without what they say: some may be secrets. */
        @Override
        public String toString() {
            return "Source[file=" + file + "]";
        }
    }

    /**
     * Reads and checks.
     *
     * @param file null for none
     * @param data null for what the environment says: {@code PULLCAST_HOME}, else {@code XDG_DATA_HOME/pullcast}, else
     *     {@code ~/.local/share/pullcast}
     * @param overrides from the command line
     * @throws InvalidSetting naming the key, the value and what is allowed
     */
    public static UpConfig of(
            @Nullable Path file, @Nullable Path data, Map<String, String> environment, Map<String, String> overrides) {
        Path folder = (data != null ? data : DataFolder.of(environment)).toAbsolutePath();
        Map<String, String> all = new LinkedHashMap<>(overrides);
        Settings given = Settings.read(allKeys(), file, environment, overrides);
        refuseOtherKafka(given);
        // One process stops as a whole: within ten seconds, whatever its parts would take alone.
        keep(all, given, "worker.drain-seconds", "3");
        // The gateway's port tells all; this one is for those who ask for it.
        keep(all, given, "worker.ops.port", "0");
        if (!SecuritySettings.of(given).isRequired()) {
            // Nobody has projects then, so a project is only a label.
            LOGIN_OWNERS.forEach(key -> keep(all, given, key, "*"));
        }
        if (given.find("worker.data-dir") == null) {
            all.put("worker.data-dir", folder.resolve("worker").toString());
        }
        keep(all, given, "log.file", folder.resolve(DataFolder.LOG).toString());
        UpConfig config = new UpConfig(
                folder,
                given.getInt("up.kafka-port", 0, 65_535),
                given.getInt("gateway.port", 0, 65_535),
                new Source(file, Map.copyOf(environment), Map.copyOf(all)));
        // Mistakes are told before anything starts.
        config.gateway("127.0.0.1:0");
        config.worker("127.0.0.1:0");
        return config;
    }

    /** Keys of all parts, each once. */
    public static Collection<Settings.Key> allKeys() {
        Map<String, Settings.Key> keys = new LinkedHashMap<>();
        for (List<Settings.Key> part : List.of(KEYS, GatewayConfig.KEYS, WorkerConfig.KEYS)) {
            part.forEach(key -> keys.putIfAbsent(key.key(), key));
        }
        return keys.values();
    }

    /** The gateway's part, once the broker's address is known. */
    GatewayConfig gateway(String bootstrapServers) {
        return GatewayConfig.of(settings.read(Map.of(KafkaSettings.BOOTSTRAP_SERVERS, bootstrapServers)));
    }

    /** The worker's part, once the broker's address is known. */
    WorkerConfig worker(String bootstrapServers) {
        return WorkerConfig.of(
                settings.read(Map.of(KafkaSettings.BOOTSTRAP_SERVERS, bootstrapServers)), settings.environment());
    }

    /** Puts our default in place of the part's, unless a source names the key, even with the part's own default. */
    private static void keep(Map<String, String> all, Settings given, String key, String value) {
        if (!given.isGiven(key)) {
            all.put(key, value);
        }
    }

    private static void refuseOtherKafka(Settings given) {
        String wanted = given.find(KafkaSettings.BOOTSTRAP_SERVERS);
        if (wanted != null && given.isGiven(KafkaSettings.BOOTSTRAP_SERVERS)) {
            throw new InvalidSetting(
                    "setting '" + KafkaSettings.BOOTSTRAP_SERVERS + "' is '" + wanted
                            + "', but pullcast up brings a Kafka of its own; with yours, run pullcast gateway and pullcast worker");
        }
    }
}
