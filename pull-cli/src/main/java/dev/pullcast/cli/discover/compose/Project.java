// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.found.ComposeOptions;
import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What makes a project before its files are read (compose-go, {@code cli/options.go}).
 *
 * @param files in order, absolute, or {@link Texts#INPUT}
 * @param folder that relative paths in the first files are relative to
 * @param variables of the environment and the env files
 * @param profiles that are active
 * @param givenName by option or {@code COMPOSE_PROJECT_NAME}; null where files or folder name it
 */
record Project(
        List<Path> files,
        Path folder,
        Map<String, String> variables,
        List<String> profiles,
        @Nullable String givenName) {
    private static final String FILE = "COMPOSE_FILE";
    private static final String SEPARATOR = "COMPOSE_PATH_SEPARATOR";
    private static final String PROFILES = "COMPOSE_PROFILES";
    private static final String NAME = "COMPOSE_PROJECT_NAME";
    private static final String ENV_FILES = "COMPOSE_ENV_FILES";
    private static final String NO_ENV_FILE = "COMPOSE_DISABLE_ENV_FILE";
    private static final Set<String> TRUE = Set.of("1", "t", "true");

    /** From options and surroundings. @throws SourceException if a file is missing or wrong */
    static Project of(ComposeOptions options, ComposeSource.Context context, Texts texts, Findings findings)
            throws SourceException {
        Path here = context.folder().toAbsolutePath().normalize();
        Map<String, String> variables = new HashMap<>(context.environment());
        variables.putIfAbsent("PWD", here.toString());
        List<Path> files = options.files().stream()
                .map(file -> file.equals("-") ? Texts.INPUT : here.resolve(file).normalize())
                .toList();
        // Twice, as docker compose does: the first .env may say which files there are, and they where the project is.
        readEnvFiles(options, folder(options, here, files), here, variables, texts);
        if (files.isEmpty()) {
            files = named(variables, here);
        }
        if (files.isEmpty()) {
            files = above(folder(options, here, files), texts, findings);
        }
        Path folder = folder(options, here, files);
        readEnvFiles(options, folder, here, variables, texts);
        List<String> profiles = options.profiles().isEmpty()
                ? Arrays.stream(variables.getOrDefault(PROFILES, "").split(",", -1))
                        .map(String::strip)
                        .filter(profile -> !profile.isEmpty())
                        .toList()
                : options.profiles();
        return new Project(files, folder, Map.copyOf(variables), profiles, givenName(options, variables));
    }

    private static Path folder(ComposeOptions options, Path here, List<Path> files) {
        String given = options.projectDirectory();
        if (given != null) {
            return here.resolve(given).normalize();
        }
        for (Path file : files) {
            Path parent = file.getParent();
            if (!file.equals(Texts.INPUT) && parent != null) {
                return parent;
            }
        }
        return here;
    }

    private static void readEnvFiles(
            ComposeOptions options, Path folder, Path here, Map<String, String> variables, Texts texts)
            throws SourceException {
        List<Path> files = new ArrayList<>();
        List<String> named = options.envFiles();
        if (named.isEmpty() && !variables.getOrDefault(ENV_FILES, "").isEmpty()) {
            named = List.of(variables.getOrDefault(ENV_FILES, "").split(",", -1));
        }
        named.forEach(file -> files.add(here.resolve(file).normalize()));
        Path usual = folder.resolve(".env");
        boolean switchedOff =
                TRUE.contains(variables.getOrDefault(NO_ENV_FILE, "").toLowerCase(Locale.ROOT));
        if (files.isEmpty() && !switchedOff && Files.isRegularFile(usual)) {
            files.add(usual);
        }
        Map<String, String> values = new HashMap<>();
        for (Path file : files) {
            DotEnv.read(texts.shown(file), texts.read(file), values, variables);
        }
        values.forEach(variables::putIfAbsent);
    }

    private static List<Path> named(Map<String, String> variables, Path here) throws SourceException {
        String named = variables.get(FILE);
        if (named == null || named.isEmpty()) {
            return List.of();
        }
        String separator = variables.getOrDefault(SEPARATOR, "");
        separator = separator.isEmpty() ? File.pathSeparator : separator;
        List<Path> files = new ArrayList<>();
        for (String name : divided(named, separator)) {
            Path file = name.equals("-") ? Texts.INPUT : here.resolve(name).normalize();
            if (!file.equals(Texts.INPUT) && !Files.exists(file)) {
                throw new SourceException(Position.of(name), "there is no such file, but " + FILE + " names it");
            }
            files.add(file);
        }
        return files;
    }

    private static List<Path> above(Path start, Texts texts, Findings findings) throws SourceException {
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            Path at = folder;
            List<Path> there = ComposeFiles.DEFAULTS.stream()
                    .map(at::resolve)
                    .filter(Files::exists)
                    .toList();
            if (!there.isEmpty()) {
                if (there.size() > 1) {
                    findings.note(
                            Position.of(texts.shown(there.getFirst())),
                            "is used, and the other project files beside it are not");
                }
                List<Path> files = new ArrayList<>(there.subList(0, 1));
                ComposeFiles.OVERRIDES.stream()
                        .map(at::resolve)
                        .filter(Files::exists)
                        .findFirst()
                        .ifPresent(files::add);
                return files;
            }
        }
        throw new SourceException(
                Position.of(texts.shown(start).isEmpty() ? "." : texts.shown(start)),
                "there is no " + String.join(", ", ComposeFiles.DEFAULTS) + " here or above: name one with -f");
    }

    private static @Nullable String givenName(ComposeOptions options, Map<String, String> variables)
            throws SourceException {
        String name = options.projectName();
        if (name == null || name.isEmpty()) {
            name = variables.get(NAME);
        }
        if (name == null || name.isEmpty()) {
            return null;
        }
        if (!normalised(name).equals(name)) {
            throw new SourceException(
                    Position.of(name),
                    "a project's name may have lower-case letters, digits, '-' and '_', and begins with a letter or"
                            + " a digit");
        }
        return name;
    }

    /** Lower case, with what is not allowed left out. */
    static String normalised(String name) {
        StringBuilder allowed = new StringBuilder(name.length());
        name.toLowerCase(Locale.ROOT).chars().forEach(c -> {
            boolean isWord = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            boolean isSign = (c == '_' || c == '-') && !allowed.isEmpty();
            allowed.append(isWord || isSign ? String.valueOf((char) c) : "");
        });
        return allowed.toString();
    }

    /** The variables with the project's name among them. */
    Map<String, String> variablesWithName(String name) {
        Map<String, String> all = new HashMap<>(variables);
        all.put(NAME, name);
        return all;
    }

    private static List<String> divided(String text, String separator) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
            parts.add(text.substring(start, at));
            start = at + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }
}
