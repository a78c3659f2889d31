// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.cli.discover.yaml.YamlNode.ScalarType;
import dev.pullcast.cli.discover.yaml.YamlNode.Sequence;
import dev.pullcast.cli.discover.yaml.YamlReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads files into one model (compose-go, {@code loader}): each document is interpolated, what it includes comes in,
 * what it resets goes, what its services extend is put below them, and the whole over what was there before.
 */
final class ModelLoader {
    private static final Set<String> PARTS = Set.of("networks", "volumes", "secrets", "configs", "models");

    private final Texts texts;
    private final Findings findings;
    private final AtomicLong expanded = new AtomicLong();

    /**
     * What a file is read with.
     *
     * @param folder that its paths are relative to
     * @param variables for interpolation
     * @param including the files that lead here by include, outermost first
     */
    record Scope(Path folder, Map<String, String> variables, List<Path> including) {}

    /** One document, interpolated, and what it resets. */
    record Document(Mapping model, Resets resets) {}

    ModelLoader(Texts texts, Findings findings) {
        this.texts = texts;
        this.findings = findings;
    }

    /** The model of files, each over the ones before. @throws SourceException if one cannot be used */
    Mapping load(List<Path> files, Scope scope) throws SourceException {
        Mapping model = new Mapping(Map.of(), Position.of(texts.shown(files.getFirst())), null);
        for (Path file : files) {
            for (Document document : documents(file, scope)) {
                Mapping included = new Includes(this, texts).apply(document, within(scope, file));
                model = document.resets().apply(model);
                Mapping extended =
                        new Extensions(this, texts).apply(new Document(included, document.resets()), file, scope);
                model = Merge.unique(Merge.models(model, extended));
            }
        }
        return model;
    }

    private static Scope within(Scope scope, Path file) {
        List<Path> including = new ArrayList<>(scope.including());
        including.add(file);
        return new Scope(scope.folder(), scope.variables(), List.copyOf(including));
    }

    /** The documents of a file, interpolated, without includes and extensions. */
    List<Document> documents(Path file, Scope scope) throws SourceException {
        String shown = texts.shown(file);
        Interpolation interpolation = new Interpolation(
                scope.variables(),
                name -> findings.note(
                        Position.of(shown), "the variable " + name + " is not set and stands for an empty text"),
                expanded);
        List<Document> documents = new ArrayList<>();
        YamlReader reader = new YamlReader(shown, texts.read(file));
        for (YamlNode node = reader.next(); node != null; node = reader.next()) {
            if (!(node instanceof Mapping mapping)) {
                throw new SourceException(node.at(), "a Compose file must be a mapping, but this is " + node.what());
            }
            refuseVersion1(mapping);
            Resets resets = Resets.of(mapping);
            if (interpolated(resets.document(), interpolation, "") instanceof Mapping model) {
                documents.add(new Document(model, resets));
            }
        }
        if (documents.isEmpty()) {
            throw new SourceException(Position.of(shown), "the Compose file is empty");
        }
        return documents;
    }

    /** Services at the top: compose read such files until 2023. */
    private static void refuseVersion1(Mapping document) throws SourceException {
        if (document.get("services") != null || document.get("include") != null || document.get("version") != null) {
            return;
        }
        for (Map.Entry<String, YamlNode> entry : document.entries().entrySet()) {
            boolean isService = !entry.getKey().startsWith("x-")
                    && entry.getValue() instanceof Mapping service
                    && (service.get("image") instanceof Scalar || service.get("build") != null);
            if (isService && !PARTS.contains(entry.getKey())) {
                throw new SourceException(
                        entry.getValue().at(),
                        "this is a Compose file of version 1, which docker compose does not read any more: put '"
                                + entry.getKey() + "' and the other services below 'services:'");
            }
        }
    }

    /** What a file says the project is called; null if nothing, or if it cannot be read: loading it will say why. */
    @Nullable
    Scalar name(Path file, Scope scope) {
        Scalar name = null;
        try {
            YamlReader reader = new YamlReader(texts.shown(file), texts.read(file));
            Interpolation interpolation = new Interpolation(scope.variables(), _ -> {});
            for (YamlNode node = reader.next(); node != null; node = reader.next()) {
                if (node instanceof Mapping mapping && mapping.get("name") instanceof Scalar written) {
                    name = written.withText(interpolation.replace(written.text()));
                }
            }
        } catch (SourceException | Interpolation.InvalidTemplate e) {
            return name;
        }
        return name;
    }

    private static YamlNode interpolated(YamlNode node, Interpolation interpolation, String path)
            throws SourceException {
        return switch (node) {
            case Mapping mapping -> {
                Map<String, YamlNode> entries = new LinkedHashMap<>();
                for (Map.Entry<String, YamlNode> entry : mapping.entries().entrySet()) {
                    String key = path.isEmpty() ? entry.getKey() : path + '.' + entry.getKey();
                    entries.put(entry.getKey(), interpolated(entry.getValue(), interpolation, key));
                }
                yield new Mapping(entries, mapping.at(), mapping.tag());
            }
            case Sequence sequence -> {
                List<YamlNode> items = new ArrayList<>();
                for (YamlNode item : sequence.items()) {
                    items.add(interpolated(item, interpolation, path + '[' + items.size() + ']'));
                }
                yield new Sequence(items, sequence.at(), sequence.tag());
            }
            case Scalar scalar -> {
                if (scalar.type() != ScalarType.TEXT) {
                    yield scalar;
                }
                try {
                    yield scalar.withText(interpolation.replace(scalar.text()));
                } catch (Interpolation.InvalidTemplate e) {
                    throw new SourceException(scalar.at(), path + ": " + e.getMessage());
                }
            }
        };
    }

    /** Whether a path leads to a repository or a registry, which docker compose would fetch. */
    static boolean isRemote(String path) {
        return path.contains("://") || path.startsWith("git@") || path.startsWith("github.com/");
    }

    static SourceException remote(Position at, String path) {
        return new SourceException(
                at, "'" + path + "' is not on this machine: only docker compose fetches it, with --resolver docker");
    }
}
