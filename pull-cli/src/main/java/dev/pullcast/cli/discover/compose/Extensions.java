// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.compose.ModelLoader.Document;
import dev.pullcast.cli.discover.compose.ModelLoader.Scope;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code extends} (compose-spec, "Services", "extends"; compose-go, {@code loader/extends.go}): a service over another
 * one, of the same file or another, which may extend in its turn.
 */
final class Extensions {
    private static final String KEY = "extends";

    private static final int MAX_STEPS = 100;

    private final ModelLoader loader;
    private final Texts texts;

    /** Where a service stands. */
    private record Origin(Path file, Document document, Mapping services, Scope scope) {}

    /** A service that extends, for telling circles. */
    private record Step(Path file, String service) {}

    Extensions(ModelLoader loader, Texts texts) {
        this.loader = loader;
        this.texts = texts;
    }

    /** The document with every service over what it extends. */
    Mapping apply(Document document, Path file, Scope scope) throws SourceException {
        Mapping services = document.model().mapping("services");
        if (services == null) {
            return document.model();
        }
        Origin origin = new Origin(file, document, services, scope);
        Map<String, YamlNode> extended = new LinkedHashMap<>();
        for (Map.Entry<String, YamlNode> entry : services.entries().entrySet()) {
            Mapping service = service(entry.getKey(), origin, List.of());
            extended.put(entry.getKey(), service == null ? entry.getValue() : service);
        }
        Map<String, YamlNode> entries = new LinkedHashMap<>(document.model().entries());
        entries.put("services", new Mapping(extended, services.at(), null));
        return new Mapping(entries, document.model().at(), null);
    }

    private @Nullable Mapping service(String name, Origin origin, List<Step> steps) throws SourceException {
        YamlNode node = origin.services().get(name);
        if (node == null) {
            return null;
        }
        if (!(node instanceof Mapping service)) {
            throw new SourceException(node.at(), "services." + name + " must be a mapping, but is " + node.what());
        }
        YamlNode written = service.get(KEY);
        if (written == null) {
            return service;
        }
        Mapping options = written instanceof Scalar scalar
                ? new Mapping(Map.of("service", scalar), scalar.at(), null)
                : service.mapping(KEY);
        Scalar base = options == null ? null : options.text("service");
        if (options == null || base == null) {
            throw new SourceException(written.at(), "services." + name + ".extends must name a service");
        }
        List<Step> path = followed(steps, new Step(origin.file(), name), written.at());
        Scalar file = options.text("file");
        Origin from = file == null ? origin : other(file, origin);
        if (!from.services().entries().containsKey(base.text())) {
            throw new SourceException(
                    base.at(),
                    "services." + name + " extends '" + base.text() + "', which is not in " + texts.shown(from.file()));
        }
        Mapping below = service(base.text(), from, path);
        if (below == null) {
            return service;
        }
        Mapping merged = Merge.services(origin.document().resets().apply(below, List.of("services", name)), service);
        Map<String, YamlNode> entries = new LinkedHashMap<>(merged.entries());
        entries.remove(KEY);
        return new Mapping(entries, service.at(), null);
    }

    private List<Step> followed(List<Step> steps, Step next, Position at) throws SourceException {
        if (steps.contains(next)) {
            throw new SourceException(
                    at,
                    "the extensions lead in a circle: " + next.service() + " in " + texts.shown(next.file())
                            + " again");
        }
        if (steps.size() >= MAX_STEPS) {
            throw new SourceException(at, "services extend one another more than " + MAX_STEPS + " times");
        }
        List<Step> path = new ArrayList<>(steps);
        path.add(next);
        return List.copyOf(path);
    }

    /** Another file: its services as they are, with the variables of the extending one and paths of its own. */
    private Origin other(Scalar file, Origin origin) throws SourceException {
        if (ModelLoader.isRemote(file.text())) {
            throw ModelLoader.remote(file.at(), file.text());
        }
        Path path = origin.scope().folder().resolve(file.text()).normalize();
        Path parent = path.getParent();
        Scope scope = new Scope(
                parent == null ? origin.scope().folder() : parent,
                origin.scope().variables(),
                List.of());
        Mapping model = new Mapping(Map.of(), file.at(), null);
        Document last = new Document(model, Resets.of(model));
        for (Document document : loader.documents(path, scope)) {
            model = Merge.models(document.resets().apply(model), document.model());
            last = new Document(model, document.resets());
        }
        Mapping services = model.mapping("services");
        if (services == null) {
            throw new SourceException(file.at(), texts.shown(path) + " has no services to extend");
        }
        return new Origin(path, last, services, scope);
    }
}
