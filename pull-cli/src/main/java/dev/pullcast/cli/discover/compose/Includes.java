// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.compose.ModelLoader.Document;
import dev.pullcast.cli.discover.compose.ModelLoader.Scope;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.cli.discover.yaml.YamlNode.Sequence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code include} (compose-spec, "Include"; compose-go, {@code loader/include.go}): each entry is a project of its own,
 * with its own folder and env files, whose parts come in below those of the including file.
 */
final class Includes {
    private static final String KEY = "include";
    private static final int MAX_DEPTH = 50;
    private static final String NO_FILE = "/dev/null";
    private static final List<String> PARTS =
            List.of("services", "volumes", "networks", "secrets", "configs", "models");

    private final ModelLoader loader;
    private final Texts texts;

    Includes(ModelLoader loader, Texts texts) {
        this.loader = loader;
        this.texts = texts;
    }

    /** The document with what it includes. */
    Mapping apply(Document document, Scope scope) throws SourceException {
        Mapping model = document.model();
        if (!model.entries().containsKey(KEY)) {
            return model;
        }
        Mapping result = without(model, KEY);
        for (YamlNode entry : model.list(KEY)) {
            result = imported(included(entry, scope), result, document.resets());
        }
        return result;
    }

    private Mapping included(YamlNode entry, Scope scope) throws SourceException {
        Mapping options =
                entry instanceof Mapping mapping ? mapping : new Mapping(Map.of("path", entry), entry.at(), null);
        List<Scalar> paths = texts(options, "path");
        if (paths.isEmpty()) {
            throw new SourceException(entry.at(), "an include must name a path");
        }
        List<Path> files = new ArrayList<>();
        for (Scalar path : paths) {
            if (ModelLoader.isRemote(path.text())) {
                throw ModelLoader.remote(path.at(), path.text());
            }
            files.add(scope.folder().resolve(path.text()).normalize());
        }
        Path main = files.getFirst();
        if (scope.including().size() > MAX_DEPTH) {
            throw new SourceException(entry.at(), "includes are nested more than " + MAX_DEPTH + " deep");
        }
        if (scope.including().contains(main)) {
            throw new SourceException(entry.at(), "the includes lead in a circle: " + texts.shown(main) + " again");
        }
        Scalar given = options.text("project_directory");
        Path parent = main.getParent();
        Path folder = given == null
                ? parent == null ? scope.folder() : parent
                : scope.folder().resolve(given.text()).normalize();
        return loader.load(files, new Scope(folder, variables(options, folder, scope), scope.including()));
    }

    /** Those of the including file win over those of the included project's env files. */
    private Map<String, String> variables(Mapping options, Path folder, Scope scope) throws SourceException {
        List<Path> files = new ArrayList<>();
        List<Scalar> named = texts(options, "env_file");
        for (Scalar file : named) {
            if (!file.text().equals(NO_FILE)) {
                files.add(scope.folder().resolve(file.text()).normalize());
            }
        }
        Path usual = folder.resolve(".env");
        if (named.isEmpty() && Files.isRegularFile(usual)) {
            files.add(usual);
        }
        Map<String, String> values = new HashMap<>();
        for (Path file : files) {
            DotEnv.read(texts.shown(file), texts.read(file), values, scope.variables());
        }
        values.putAll(scope.variables());
        return values;
    }

    private static List<Scalar> texts(Mapping options, String key) throws SourceException {
        YamlNode value = options.get(key);
        if (value instanceof Sequence sequence) {
            List<Scalar> all = new ArrayList<>();
            for (YamlNode item : sequence.items()) {
                all.add(item.asText(KEY + '.' + key));
            }
            return all;
        }
        return value == null ? List.of() : List.of(value.asText(KEY + '.' + key));
    }

    private static Mapping imported(Mapping from, Mapping into, Resets resets) throws SourceException {
        Map<String, YamlNode> entries = new LinkedHashMap<>(into.entries());
        for (String part : PARTS) {
            Mapping imported = from.mapping(part);
            if (imported != null) {
                entries.put(part, merged(imported, into.mapping(part), part, resets));
            }
        }
        return new Mapping(entries, into.at(), null);
    }

    /** What both name is merged, with the including file's over the included; the including file's come first. */
    private static Mapping merged(Mapping imported, @Nullable Mapping own, String part, Resets resets)
            throws SourceException {
        if (own == null) {
            return imported;
        }
        Map<String, YamlNode> base = new LinkedHashMap<>();
        imported.entries().forEach((name, value) -> {
            boolean isBoth = own.entries().containsKey(name) && value instanceof Mapping;
            base.put(name, isBoth ? resets.apply((Mapping) value, List.of(part, name)) : value);
        });
        Mapping below = new Mapping(Map.of(part, new Mapping(base, imported.at(), null)), imported.at(), null);
        Mapping above = new Mapping(Map.of(part, own), own.at(), null);
        Mapping both = Merge.models(below, above);
        return both.get(part) instanceof Mapping merged ? merged : own;
    }

    private static Mapping without(Mapping mapping, String key) {
        Map<String, YamlNode> entries = new LinkedHashMap<>(mapping.entries());
        entries.remove(key);
        return new Mapping(entries, mapping.at(), mapping.tag());
    }
}
