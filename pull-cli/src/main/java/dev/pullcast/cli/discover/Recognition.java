// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import dev.pullcast.cli.discover.clnrm.ClnrmSource;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.text.ListSource;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells kinds of sources apart by name, and by content where the name does not say. Pure. */
final class Recognition {
    private static final List<String> YAML = List.of(".yml", ".yaml");
    private static final List<String> LISTS = List.of("images.txt", "images.list");

    private static final Pattern MANIFEST = Pattern.compile(
            "(?:^|\n)apiVersion[ \t]*:|[{,\\[]\\s*\"apiVersion\"\\s*:|^[ \t]*\"apiVersion\"\\s*:", Pattern.MULTILINE);
    private static final Pattern KIND = Pattern.compile("(?:^|\n)kind[ \t]*:|\"kind\"\\s*:");
    private static final Pattern TOPOLOGY = Pattern.compile("(?:^|\n)topology[ \t]*:");
    private static final Pattern SERVICES = Pattern.compile("(?:^|\n)(?:services|include)[ \t]*:");
    private static final Pattern FROM =
            Pattern.compile("^[ \t]*+FROM[ \t]++\\S", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    private static final Pattern INSTRUCTION =
            Pattern.compile("\\A(?:[ \t\r]*+(?:#[^\n]*+)?\n)*+[ \t]*+(?:FROM|ARG)[ \t]++\\S", Pattern.CASE_INSENSITIVE);

    private Recognition() {}

    /** By the file's name alone; null where it does not say. */
    static @Nullable SourceKind ofName(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        if (name.endsWith(".dockerignore")) {
            return null;
        }
        if (name.endsWith(".clnrm.toml")) {
            return SourceKind.CLNRM;
        }
        if (isCompose(name)) {
            return SourceKind.COMPOSE;
        }
        if (YAML.stream().anyMatch(end -> isLonger(name, ".clab" + end))) {
            return SourceKind.CONTAINERLAB;
        }
        if (isDockerfile(name)) {
            return SourceKind.DOCKERFILE;
        }
        boolean isList = LISTS.contains(name) || isLonger(name, ".images") || isLonger(name, ".images.txt");
        return isList ? SourceKind.LIST : null;
    }

    /** {@code compose.yaml}, {@code docker-compose.override.yml}, {@code compose_dev.yml} and their like. */
    private static boolean isCompose(String name) {
        String rest = name.startsWith("docker-") ? name.substring("docker-".length()) : name;
        String end = YAML.stream().filter(rest::endsWith).findFirst().orElse("");
        if (end.isEmpty() || !rest.startsWith("compose")) {
            return false;
        }
        String middle = rest.substring("compose".length(), Math.max("compose".length(), rest.length() - end.length()));
        return middle.isEmpty() || (middle.length() > 1 && "._-".indexOf(middle.charAt(0)) >= 0);
    }

    private static boolean isDockerfile(String name) {
        return List.of("dockerfile", "containerfile").stream()
                .anyMatch(word -> name.equals(word)
                        || (name.startsWith(word + '.') && name.length() > word.length() + 1)
                        || isLonger(name, '.' + word));
    }

    private static boolean isLonger(String name, String end) {
        return name.length() > end.length() && name.endsWith(end);
    }

    /** Whether a scan looks into a file whose name does not say what it is. */
    static boolean mayBeASource(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        return name.endsWith(".yml") || name.endsWith(".yaml") || name.endsWith(".toml");
    }

    /** By the content of a file that a scan came across; null for anything that is no source. */
    static @Nullable SourceKind ofContent(String fileName, String text) {
        if (fileName.toLowerCase(Locale.ROOT).endsWith(".toml")) {
            return ClnrmSource.hasTestMetadata(text) ? SourceKind.CLNRM : null;
        }
        if (MANIFEST.matcher(text).find() && KIND.matcher(text).find()) {
            return SourceKind.KUBERNETES;
        }
        if (TOPOLOGY.matcher(text).find()) {
            return SourceKind.CONTAINERLAB;
        }
        return SERVICES.matcher(text).find() ? SourceKind.COMPOSE : null;
    }

    /** By the content of what the user named, or of standard input, where any text is meant to be a source. */
    static @Nullable SourceKind ofNamedContent(String fileName, String text) {
        SourceKind kind = ofContent(fileName, text);
        if (kind != null) {
            return kind;
        }
        if (fileName.toLowerCase(Locale.ROOT).endsWith(".toml") || ClnrmSource.hasTestMetadata(text)) {
            return SourceKind.CLNRM;
        }
        if (INSTRUCTION.matcher(text).find() && FROM.matcher(text).find()) {
            return SourceKind.DOCKERFILE;
        }
        return ListSource.looksLikeOne(text) ? SourceKind.LIST : null;
    }
}
