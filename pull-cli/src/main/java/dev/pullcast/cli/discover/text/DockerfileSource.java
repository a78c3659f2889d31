// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.text;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.text.DockerfileLines.Instruction;
import dev.pullcast.contract.text.VisibleText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code FROM}, {@code COPY --from} and {@code RUN --mount=from=} of a Dockerfile. Stages, by name or number, and
 * {@code scratch} are no images. For one thread.
 */
public final class DockerfileSource {
    private static final String BUILD_PLATFORM = "BUILDPLATFORM";
    private static final String TARGET_PLATFORM = "TARGETPLATFORM";
    private static final int MAX_SHOWN = 200;
    /** Characters of all arguments of a file. */
    private static final int MAX_ARGUMENTS = 16 * ShellWords.MAX_VALUE;

    private final String file;
    private final Findings findings;
    private final Map<String, String> given;
    private final Map<String, String> arguments = new HashMap<>();
    private final Set<String> stages = new HashSet<>();
    /** Arguments that the file itself gives a value. */
    private final Set<String> redefined = new HashSet<>();

    private final char escape;
    private int stageCount;
    private long argumentChars;

    private DockerfileSource(String file, Findings findings, Map<String, String> given, char escape) {
        this.file = file;
        this.findings = findings;
        this.given = given;
        this.escape = escape;
        BuilderArguments.of(given).forEach((name, value) -> arguments.put(name, given.getOrDefault(name, value)));
    }

    /**
     * Adds what the text names.
     *
     * @param named whether the user named the file itself, so that it must be a Dockerfile
     * @param buildArguments as {@code --build-arg} gives them
     */
    public static void read(
            String file, String text, boolean named, Map<String, String> buildArguments, Findings findings) {
        DockerfileLines.Parsed parsed = DockerfileLines.parse(text);
        DockerfileSource source = new DockerfileSource(file, findings, buildArguments, parsed.escape());
        if (parsed.instructions().stream().noneMatch(i -> i.keyword().equals("FROM"))) {
            if (named) {
                findings.problem(Position.of(file), "no FROM instruction: is this a Dockerfile?");
            } else {
                findings.note(Position.of(file), "no FROM instruction, so this is no Dockerfile");
            }
            return;
        }
        for (Instruction instruction : parsed.instructions()) {
            try {
                source.read(instruction);
            } catch (IllegalArgumentException e) {
                findings.problem(source.at(instruction), String.valueOf(e.getMessage()));
            }
        }
    }

    private static String shown(String text) {
        return VisibleText.cut(text, MAX_SHOWN);
    }

    private Position at(Instruction instruction) {
        return new Position(file, instruction.line(), 1);
    }

    private void read(Instruction instruction) {
        switch (instruction.keyword()) {
            case "ARG" -> {
                if (stageCount == 0) {
                    argument(instruction.arguments());
                }
            }
            case "FROM" -> from(instruction);
            case "COPY" ->
                Words.flags(instruction.arguments()).of("from").forEach(from -> copied(instruction, from, "COPY"));
            case "RUN" ->
                Words.flags(instruction.arguments()).of("mount").forEach(mount -> {
                    for (String option : mount.split(",", -1)) {
                        if (option.startsWith("from=")) {
                            copied(instruction, option.substring("from=".length()), "RUN --mount");
                        }
                    }
                });
            default -> {
                // No other instruction names an image.
            }
        }
    }

    /** Arguments before the first FROM are the only ones that FROM sees. */
    private void argument(String text) {
        for (String word : Words.of(text)) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (!Words.isName(name)) {
                throw new IllegalArgumentException("ARG takes NAME or NAME=VALUE, but not " + shown(word));
            }
            String standard = equals < 0 ? null : word.substring(equals + 1);
            String value = given.get(name);
            if (value == null && standard != null) {
                redefined.add(name);
                value = ShellWords.expand(standard, escape, arguments);
            }
            if (value != null) {
                argumentChars += value.length();
                if (argumentChars > MAX_ARGUMENTS) {
                    throw new IllegalArgumentException(
                            "the arguments make more than " + MAX_ARGUMENTS + " characters together");
                }
                arguments.put(name, value);
            }
        }
    }

    private void from(Instruction instruction) {
        Words.Flags flags = Words.flags(instruction.arguments());
        List<String> words = Words.of(flags.rest());
        if (words.isEmpty() || words.size() == 2 || words.size() > 3) {
            throw new IllegalArgumentException("FROM takes IMAGE or IMAGE AS STAGE, but not " + shown(flags.rest()));
        }
        String image = ShellWords.expand(words.getFirst(), escape, arguments);
        stageCount++;
        if (words.size() == 3) {
            if (!words.get(1).equalsIgnoreCase("as")) {
                throw new IllegalArgumentException(
                        "FROM takes IMAGE or IMAGE AS STAGE, but not " + shown(flags.rest()));
            }
        }
        boolean isStage = stages.contains(image.toLowerCase(Locale.ROOT));
        if (words.size() == 3) {
            stages.add(words.get(2).toLowerCase(Locale.ROOT));
        }
        if (image.isEmpty()) {
            throw new IllegalArgumentException("FROM " + words.getFirst()
                    + " names nothing: an ARG has no value. Give it one with --build-arg NAME=VALUE");
        }
        if (!isStage && !image.equals("scratch")) {
            List<String> platforms = flags.of("platform");
            Place place = new Place(SourceKind.DOCKERFILE, at(instruction), "FROM");
            findings.add(FoundImage.at(place, image).on(platforms.isEmpty() ? null : platform(platforms.getLast())));
        }
    }

    /** As written with its variables; null for the platform that the builder chooses by itself. */
    private @Nullable String platform(String written) {
        String variable = written.startsWith("${") && written.endsWith("}")
                ? written.substring(2, written.length() - 1)
                : written.startsWith("$") ? written.substring(1) : "";
        boolean targetIsGiven = given.containsKey(TARGET_PLATFORM);
        boolean isBuilders = variable.equals(TARGET_PLATFORM) || (variable.equals(BUILD_PLATFORM) && !targetIsGiven);
        if (isBuilders && !given.containsKey(variable) && !redefined.contains(variable)) {
            return null;
        }
        Map<String, String> known = new HashMap<>(given);
        known.putAll(arguments);
        String platform = ShellWords.expand(written, escape, known);
        return platform.isEmpty() ? null : platform;
    }

    private void copied(Instruction instruction, String from, String where) {
        if (from.isEmpty() || from.equals("scratch")) {
            return;
        }
        if (from.indexOf('$') >= 0) {
            throw new IllegalArgumentException(where + " from=" + from
                    + ": a variable is not allowed here; name a stage with FROM … AS … and copy from that");
        }
        boolean isStage =
                stages.contains(from.toLowerCase(Locale.ROOT)) || from.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isStage) {
            findings.add(FoundImage.at(new Place(SourceKind.DOCKERFILE, at(instruction), where + " from"), from));
        }
    }
}
