// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import dev.pullcast.cli.discover.found.ComposeOptions;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.Problem;
import dev.pullcast.cli.discover.found.SourceKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A folder with files in it, and a search there. */
public final class Search {
    private static final Pattern HEADER = Pattern.compile("^-- (\\S+) --\n", Pattern.MULTILINE);

    private final Path folder;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private @Nullable SourceKind kind;
    private ComposeOptions compose = ComposeOptions.NONE;
    private Map<String, String> buildArguments = Map.of();
    private String input = "";
    private boolean imagesAllowed;

    private Search(Path folder) {
        this.folder = folder;
    }

    /** Writes the files of an archive in which {@code -- NAME --} comes before each. */
    public static Search in(Path folder, String archive) {
        Matcher header = HEADER.matcher(archive);
        String name = null;
        int start = 0;
        while (header.find()) {
            write(folder, name, archive.substring(start, header.start()));
            name = header.group(1);
            start = header.end();
        }
        write(folder, name, archive.substring(start));
        return new Search(folder);
    }

    private static void write(Path folder, @Nullable String name, String content) {
        if (name == null) {
            return;
        }
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public Search from(SourceKind theKind) {
        kind = theKind;
        return this;
    }

    public Search with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    public Search with(ComposeOptions options) {
        compose = options;
        return this;
    }

    public Search buildArguments(Map<String, String> arguments) {
        buildArguments = arguments;
        return this;
    }

    public Search input(String text) {
        input = text;
        return this;
    }

    public Search imagesAllowed() {
        imagesAllowed = true;
        return this;
    }

    public Found find(String... operands) {
        return Discovery.find(
                new Discovery.Request(List.of(operands), kind, compose, buildArguments, imagesAllowed),
                new Surroundings(
                        folder, environment, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8))));
    }

    /** The images; fails if anything could not be read. */
    public List<String> images(String... operands) {
        Found found = find(operands);
        if (!found.problems().isEmpty()) {
            throw new AssertionError(found.problems().toString());
        }
        return found.names();
    }

    public List<String> problems(String... operands) {
        return find(operands).problems().stream().map(Problem::toString).toList();
    }
}
