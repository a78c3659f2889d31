// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.text;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.text.DockerfileLines.Instruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code FROM}, {@code COPY --from} and {@code RUN --mount=from=} of a Dockerfile. Stages, by name or number, and
 * {@code scratch} are no images. For one thread.
 */
public final class DockerfileSource {
    private static final Pattern FLAG = Pattern.compile("\\s*--([a-z-]+)(?:=(\"[^\"]*\"|'[^']*'|\\S*))?");
    private static final Pattern ARGUMENT = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(?:=(.*))?", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("(?:\"(?:\\\\.|[^\"])*\"|'[^']*'|\\\\.|\\S)+");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    /** Set by the builder; what they are depends on the machine that builds. */
    private static final Set<String> PLATFORM_ARGUMENTS = Set.of("BUILDPLATFORM", "TARGETPLATFORM");

    private final String file;
    private final Findings findings;
    private final Map<String, String> given;
    private final Map<String, String> arguments = new HashMap<>();
    private final Set<String> stages = new HashSet<>();
    private final char escape;
    private int stageCount;

    private DockerfileSource(String file, Findings findings, Map<String, String> given, char escape) {
        this.file = file;
        this.findings = findings;
        this.given = given;
        this.escape = escape;
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
            case "COPY" -> flags(instruction.arguments()).of("from").forEach(from -> copied(instruction, from, "COPY"));
            case "RUN" ->
                flags(instruction.arguments()).of("mount").forEach(mount -> {
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
        Matcher words = WORD.matcher(text);
        while (words.find()) {
            Matcher argument = ARGUMENT.matcher(words.group());
            if (!argument.matches()) {
                throw new IllegalArgumentException("ARG takes NAME or NAME=VALUE, but not " + words.group());
            }
            String name = argument.group(1);
            String standard = argument.group(2);
            String value = given.get(name);
            if (value == null && standard != null) {
                value = ShellWords.expand(standard, escape, arguments);
            }
            if (value != null) {
                arguments.put(name, value);
            }
        }
    }

    private void from(Instruction instruction) {
        Flags flags = flags(instruction.arguments());
        List<String> words = new ArrayList<>();
        WORD.matcher(flags.rest()).results().forEach(word -> words.add(word.group()));
        if (words.isEmpty() || words.size() == 2 || words.size() > 3) {
            throw new IllegalArgumentException("FROM takes IMAGE or IMAGE AS STAGE, but not " + flags.rest());
        }
        String image = ShellWords.expand(words.getFirst(), escape, arguments);
        stageCount++;
        if (words.size() == 3) {
            if (!words.get(1).equalsIgnoreCase("as")) {
                throw new IllegalArgumentException("FROM takes IMAGE or IMAGE AS STAGE, but not " + flags.rest());
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

    private @Nullable String platform(String written) {
        boolean ofTheBuilder = PLATFORM_ARGUMENTS.stream()
                .anyMatch(name -> !arguments.containsKey(name)
                        && !given.containsKey(name)
                        && (written.equals("$" + name) || written.equals("${" + name + "}")));
        if (ofTheBuilder) {
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
        boolean isStage = stages.contains(from.toLowerCase(Locale.ROOT))
                || NUMBER.matcher(from).matches();
        if (!isStage) {
            findings.add(FoundImage.at(new Place(SourceKind.DOCKERFILE, at(instruction), where + " from"), from));
        }
    }

    /** The flags before an instruction's arguments. */
    private record Flags(List<Map.Entry<String, String>> flags, String rest) {
        List<String> of(String name) {
            return flags.stream()
                    .filter(flag -> flag.getKey().equals(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }
    }

    private static Flags flags(String text) {
        List<Map.Entry<String, String>> flags = new ArrayList<>();
        Matcher flag = FLAG.matcher(text);
        int end = 0;
        while (flag.find(end) && flag.start() == end) {
            String value = flag.group(2) == null ? "" : flag.group(2);
            boolean quoted = value.length() > 1 && (value.charAt(0) == '"' || value.charAt(0) == '\'');
            flags.add(Map.entry(flag.group(1), quoted ? value.substring(1, value.length() - 1) : value));
            end = flag.end();
        }
        return new Flags(flags, text.substring(end).strip());
    }
}
