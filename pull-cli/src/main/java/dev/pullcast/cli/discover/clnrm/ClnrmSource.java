// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.clnrm;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.found.SourceKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import org.tomlj.TomlVersion;

/**
 * A test of clnrm, the cleanroom test runner: {@code [test.metadata]}, or {@code [meta]} since
 * its version 0.6, makes a TOML file one. Services stand in tables
 * {@code [service.NAME]} or {@code [services.NAME]}, or inline in {@code [services]}; each may name an {@code image}.
 */
public final class ClnrmSource {
    private static final List<String> TABLES = List.of("service", "services");
    private static final List<String> TEST_METADATA = List.of("test", "metadata");
    private static final List<String> META = List.of("meta");
    private static final List<String> META_NAME = List.of("meta", "name");
    private static final int MOST_ERRORS = 5;

    private ClnrmSource() {}

    /** Whether a text has a table that makes it a test; a quick look that needs no valid TOML. */
    public static boolean hasTestMetadata(String text) {
        boolean meta = false;
        boolean service = false;
        for (String line : text.lines().toList()) {
            String head =
                    line.replace(" ", "").replace("\t", "").replace("\"", "").replace("'", "");
            if (head.startsWith("[test.metadata]")) {
                return true;
            }
            meta |= head.startsWith("[meta]") || head.startsWith("meta.name=") || head.startsWith("meta={");
            service |= head.startsWith("[service") || head.startsWith("service.") || head.startsWith("services.");
        }
        return meta && service;
    }

    /** The table of newer tests is named {@code meta}; as others have one, too, it must have a name. */
    private static boolean isTest(TomlParseResult toml) {
        return toml.isTable(TEST_METADATA) || (toml.isTable(META) && toml.contains(META_NAME));
    }

    /**
     * Adds what the text names.
     *
     * @param named whether the user named the file itself, so that it must be a test
     * @throws SourceException if it is not TOML, or named and no test
     */
    public static void read(String file, String text, boolean named, Findings findings) throws SourceException {
        TomlParseResult toml = parse(file, text);
        List<TomlParseError> errors = toml.errors();
        if (!errors.isEmpty()) {
            errors.stream()
                    .limit(MOST_ERRORS)
                    .forEach(error -> findings.problem(
                            position(file, error.position()), "not valid TOML: " + error.getMessage()));
            return;
        }
        if (!isTest(toml)) {
            String missing = "there is no [test.metadata] and no [meta] with a name, so this is no test of clnrm";
            if (named) {
                throw new SourceException(Position.of(file), missing);
            }
            findings.note(Position.of(file), missing);
            return;
        }
        List<FoundImage> images = new ArrayList<>();
        for (String table : TABLES) {
            services(file, toml, table, images, findings);
        }
        // The library does not promise an order; the file has one.
        images.sort(Comparator.comparingInt(
                        (FoundImage image) -> image.places().getFirst().at().line())
                .thenComparingInt(image -> image.places().getFirst().at().column()));
        images.forEach(findings::add);
    }

    private static TomlParseResult parse(String file, String text) throws SourceException {
        try {
            return Toml.parse(text, TomlVersion.V1_0_0);
        } catch (StackOverflowError e) {
            // The grammar recurses; nothing else is held while it does.
            throw new SourceException(Position.of(file), "nested too deeply to be read");
        }
    }

    private static void services(
            String file, TomlTable toml, String table, List<FoundImage> images, Findings findings) {
        if (!toml.contains(List.of(table))) {
            return;
        }
        if (!toml.isTable(List.of(table))) {
            findings.problem(position(file, toml.inputPositionOf(List.of(table))), table + " must be a table");
            return;
        }
        for (String name : toml.getTableOrEmpty(List.of(table)).keySet()) {
            List<String> key = List.of(table, name, "image");
            if (!toml.isTable(List.of(table, name)) || !toml.contains(key)) {
                continue;
            }
            Position at = position(file, toml.inputPositionOf(key));
            String image = toml.isString(key) ? toml.getString(key) : null;
            if (image == null || image.isBlank()) {
                findings.problem(at, "the image of the service '" + name + "' must be a text that is not empty");
            } else {
                Place place = new Place(SourceKind.CLNRM, at, String.join(".", key));
                images.add(FoundImage.at(place, image.strip()));
            }
        }
    }

    private static Position position(String file, @Nullable TomlPosition position) {
        return position == null ? Position.of(file) : new Position(file, position.line(), position.column());
    }
}
