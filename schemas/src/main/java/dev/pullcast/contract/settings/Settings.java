// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.settings;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one process: a file, over it the environment, over it the command line. A key {@code worker.id} is
 * {@code PULLCAST_WORKER_ID} in the environment. Keys under {@code kafka.} are passed to Kafka's clients as they are.
 */
public final class Settings {
    private static final String ENVIRONMENT_PREFIX = "PULLCAST_";
    private static final String KAFKA_PREFIX = "kafka.";
    private static final String FAMILY = ".*";
    private static final Set<String> SHOWN_OF_KAFKA =
            Set.of("bootstrap.servers", "client.id", "security.protocol", "sasl.mechanism");
    private static final Pattern SECRET = Pattern.compile("password|secret|token", Pattern.CASE_INSENSITIVE);

    private final Map<String, String> values;
    private final Set<String> given;

    private Settings(Map<String, String> values, Set<String> given) {
        this.values = values;
        this.given = Set.copyOf(given);
    }

    /**
     * One key that a program understands.
     *
     * @param key as in a file; with {@code .*} at its end it is a family, whose keys have a name instead of the star
     * @param defaultValue as text; empty for none
     * @param meaning one sentence, with the unit
     */
    public record Key(String key, String defaultValue, String meaning) {
        private boolean isFamily() {
            return key.endsWith(FAMILY);
        }

        private boolean covers(String given) {
            return given.equals(key)
                    || (isFamily()
                            && given.length() >= key.length()
                            && given.startsWith(key.substring(0, key.length() - 1)));
        }

        /** The name of its environment variable. */
        public String environment() {
            return ENVIRONMENT_PREFIX
                    + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        }
    }

    /** What is wrong with a setting; its message names the key, what was read and what is allowed. */
    public static final class InvalidSetting extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** With a message for a person. */
        public InvalidSetting(String message) {
            super(message);
        }
    }

    /**
     * Reads all sources and refuses keys that no program part knows, so that a typing error never passes silently.
     *
     * @param known every key of the program that starts
     * @param file Java properties, or null for none
     * @param environment of the process
     * @param overrides from the command line, strongest
     * @throws InvalidSetting for an unknown key or a file that cannot be read
     */
    public static Settings read(
            Collection<Key> known,
            @Nullable Path file,
            Map<String, String> environment,
            Map<String, String> overrides) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Key key : known) {
            if (!key.defaultValue().isEmpty()) {
                values.put(key.key(), key.defaultValue());
            }
        }
        Map<String, String> given = new LinkedHashMap<>();
        OlderPuller.settings(environment).forEach((key, value) -> {
            if (known.stream().anyMatch(k -> k.key().equals(key))) {
                given.put(key, value);
            }
        });
        if (file != null) {
            given.putAll(readFile(file));
        }
        for (Key key : known) {
            String value = environment.get(key.environment());
            if (value != null && !key.isFamily()) {
                given.put(key.key(), value);
            }
        }
        known.stream().filter(Key::isFamily).forEach(family -> given.putAll(ofFamily(family, known, environment)));
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX + "KAFKA_")) {
                String rest = name.substring((ENVIRONMENT_PREFIX + "KAFKA_").length());
                given.put(KAFKA_PREFIX + rest.toLowerCase(Locale.ROOT).replace('_', '.'), value);
            }
        });
        given.putAll(overrides);
        given.forEach((key, value) -> {
            if (!key.startsWith(KAFKA_PREFIX) && known.stream().noneMatch(k -> k.covers(key))) {
                throw new InvalidSetting("unknown setting '" + key + "'; known are: "
                        + String.join(
                                ", ", known.stream().map(Key::key).sorted().toList()) + ", kafka.*");
            }
            if (value.isEmpty()) {
                values.remove(key);
            } else {
                values.put(key, value);
            }
        });
        return new Settings(values, given.keySet());
    }

    /** Names in the environment have neither small letters nor dashes: {@code …_TEAM_A} is that of {@code team-a}. */
    private static Map<String, String> ofFamily(Key family, Collection<Key> known, Map<String, String> environment) {
        String before = family.environment().substring(0, family.environment().length() - 1);
        Map<String, String> found = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(before)
                    && name.length() > before.length()
                    && known.stream().noneMatch(key -> key.environment().equals(name))) {
                String rest = name.substring(before.length()).toLowerCase(Locale.ROOT);
                found.put(family.key().substring(0, family.key().length() - 1) + rest.replace('_', '-'), value);
            }
        });
        return found;
    }

    private static Map<String, String> readFile(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) { // the latter for a malformed Unicode escape
            throw new InvalidSetting("cannot read the settings file " + file + ": " + e);
        }
        Map<String, String> result = new TreeMap<>();
        properties.forEach((k, v) -> result.put(k.toString(), v.toString().strip()));
        return result;
    }

    /** The value, or null where neither a source nor a default gives one. */
    public @Nullable String find(String key) {
        return values.get(key);
    }

    /** Whether a source names the key, even with its default value or with no value at all. */
    public boolean isGiven(String key) {
        return given.contains(key);
    }

    /**
     * Reads a value by a method that explains in an {@link IllegalArgumentException} what is wrong with it.
     *
     * @return null where neither a source nor a default gives a value
     * @throws InvalidSetting naming this key
     */
    public <T> @Nullable T read(String key, Function<String, T> reader) {
        String value = values.get(key);
        return value == null ? null : parsed(key, value, reader);
    }

    /** As {@link #read}, of a key that has a value. */
    public <T> T require(String key, Function<String, T> reader) {
        return parsed(key, get(key), reader);
    }

    private static <T> T parsed(String key, String value, Function<String, T> reader) {
        try {
            return reader.apply(value);
        } catch (IllegalArgumentException e) {
            throw new InvalidSetting("setting '" + key + "': " + e.getMessage());
        }
    }

    /** A path in the file system, or null where there is none. @throws InvalidSetting if it is not one */
    public @Nullable Path findPath(String key) {
        return read(key, Path::of);
    }

    /** Comma-separated paths. @throws InvalidSetting if one is not a path */
    public List<Path> getPaths(String key) {
        return getList(key).stream().map(value -> parsed(key, value, Path::of)).toList();
    }

    /** The value. @throws InvalidSetting if there is none */
    public String get(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new InvalidSetting("setting '" + key + "' is missing");
        }
        return value;
    }

    /** A whole number within bounds. @throws InvalidSetting if it is not one */
    public int getInt(String key, int least, int most) {
        String value = get(key);
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new InvalidSetting(
                "setting '" + key + "' is '" + value + "'; it must be a whole number from " + least + " to " + most);
    }

    /** Values of a family of keys, {@code quota.jobs.*} by its name {@code quota.jobs}, by what stands for the star. */
    public Map<String, String> family(String name) {
        String before = name + '.';
        Map<String, String> result = new TreeMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(before)) {
                result.put(key.substring(before.length()), value);
            }
        });
        return result;
    }

    /** True or false. @throws InvalidSetting if it is neither */
    public boolean getBoolean(String key) {
        String value = get(key);
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidSetting("setting '" + key + "' is '" + value + "'; it must be true or false");
        };
    }

    /** Comma-separated values, blanks around them removed; empty where there is none. */
    public List<String> getList(String key) {
        String value = values.get(key);
        return value == null
                ? List.of()
                : List.of(value.split(",")).stream()
                        .map(String::strip)
                        .filter(s -> !s.isEmpty())
                        .toList();
    }

    /** Comma-separated {@code name=value} pairs. @throws InvalidSetting for anything else */
    public Map<String, String> getMap(String key) {
        Map<String, String> result = new TreeMap<>();
        for (String pair : getList(key)) {
            int at = pair.indexOf('=');
            if (at < 1) {
                throw new InvalidSetting("setting '" + key + "' has '" + pair + "'; it must be name=value,…");
            }
            result.put(pair.substring(0, at), pair.substring(at + 1));
        }
        return result;
    }

    /** All values, for people who look for mistakes; what is or may be a secret is {@code ***}. */
    public Map<String, String> withoutSecrets() {
        Map<String, String> result = new TreeMap<>();
        values.forEach((key, value) -> result.put(key, maybeSecret(key) ? "***" : value));
        return result;
    }

    /** Kafka's clients have so many settings that only those known to be harmless are shown. */
    private static boolean maybeSecret(String key) {
        return key.startsWith(KAFKA_PREFIX)
                ? !SHOWN_OF_KAFKA.contains(key.substring(KAFKA_PREFIX.length()))
                : SECRET.matcher(key).find();
    }

    /** Everything under {@code kafka.}, without the prefix: client settings as Kafka documents them. */
    public Map<String, String> kafka() {
        Map<String, String> result = new TreeMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(KAFKA_PREFIX)) {
                result.put(key.substring(KAFKA_PREFIX.length()), value);
            }
        });
        return result;
    }
}
