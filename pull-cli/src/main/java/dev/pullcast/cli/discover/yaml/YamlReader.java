// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.yaml;

import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.cli.discover.yaml.YamlNode.ScalarType;
import dev.pullcast.cli.discover.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads the documents of one text, one after another. For one thread. */
public final class YamlReader {
    /** Characters of one file; generated manifests of big clusters have a few million. */
    public static final int LARGEST_TEXT = 16 * 1024 * 1024;

    /** The scanner copies what it holds with every buffer that it fills: small ones make a long text slow. */
    private static final int SMALLEST_BUFFER = 1024;

    private static final int LARGEST_BUFFER = 1024 * 1024;

    private static final int DEEPEST = 100;
    /** Nodes of one document once aliases are expanded. */
    private static final long MOST_NODES = 1_000_000;

    private static final String STANDARD_TAGS = "tag:yaml.org,2002:";
    private static final String MERGE = "<<";
    private static final ScalarResolver CORE = new CoreSchema().getScalarResolver();

    private final String file;
    private final int firstLine;
    private final int firstColumn;
    private final Iterator<Event> events;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();

    /** A finished node and how many nodes it expands to; null while it is still being read. */
    private record Anchored(@Nullable YamlNode node, long nodes) {}

    private long nodes;

    /**
     * For a text.
     *
     * @param file its name, for messages and positions
     * @throws SourceException if it is too long
     */
    public YamlReader(String file, String text) throws SourceException {
        this(file, text, 0, 0);
    }

    /**
     * For a part of a text.
     *
     * @param firstLine of the part, from 0
     * @param firstColumn of the part in that line, from 0
     */
    public YamlReader(String file, String text, int firstLine, int firstColumn) throws SourceException {
        this.file = file;
        this.firstLine = firstLine;
        this.firstColumn = firstColumn;
        if (text.length() > LARGEST_TEXT) {
            throw new SourceException(
                    Position.of(file), "longer than " + LARGEST_TEXT / (1024 * 1024) + " million characters");
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(LARGEST_TEXT)
                .setBufferSize(Math.clamp(text.length(), SMALLEST_BUFFER, LARGEST_BUFFER))
                .setSchema(new CoreSchema())
                .build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /** The first document. @throws SourceException if there is none or more than one */
    public static YamlNode single(String file, String text) throws SourceException {
        YamlReader reader = new YamlReader(file, text);
        YamlNode document = reader.next();
        if (document == null) {
            throw new SourceException(Position.of(file), "the file is empty");
        }
        YamlNode second = reader.next();
        if (second != null) {
            throw new SourceException(second.at(), "a second document begins here, but one is expected");
        }
        return document;
    }

    /** The next document that is not empty; null after the last. @throws SourceException if it is not YAML */
    public @Nullable YamlNode next() throws SourceException {
        try {
            while (events.hasNext()) {
                Event event = events.next();
                switch (event.getEventId()) {
                    case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
                    case DocumentStart -> {
                        anchors.clear();
                        nodes = 0;
                    }
                    case Alias, MappingStart, SequenceStart, Scalar, MappingEnd, SequenceEnd -> {
                        YamlNode node = node(event, 0);
                        if (!(node instanceof Scalar scalar && scalar.type() == ScalarType.NULL)) {
                            return node;
                        }
                    }
                }
            }
            return null;
        } catch (MarkedYamlEngineException e) {
            throw new SourceException(
                    e.getProblemMark().map(this::position).orElse(Position.of(file)), "not valid YAML: " + reason(e));
        } catch (YamlEngineException e) {
            throw new SourceException(Position.of(file), "not valid YAML: " + e.getMessage());
        }
    }

    private static String reason(MarkedYamlEngineException e) {
        String context = e.getContext();
        return context == null || context.isEmpty() ? e.getProblem() : e.getProblem() + " (" + context + ")";
    }

    private Position position(Mark mark) {
        int column = mark.getColumn() + 1 + (mark.getLine() == 0 ? firstColumn : 0);
        return new Position(file, firstLine + mark.getLine() + 1, column);
    }

    private Position position(Event event) {
        return event.getStartMark().map(this::position).orElse(Position.of(file));
    }

    private YamlNode node(Event event, int depth) throws SourceException {
        if (depth > DEEPEST) {
            throw new SourceException(position(event), "nested more than " + DEEPEST + " deep");
        }
        if (event instanceof AliasEvent alias) {
            return resolve(alias);
        }
        long before = nodes;
        count(1, event);
        Optional<Anchor> anchor = ((NodeEvent) event).getAnchor();
        anchor.ifPresent(name -> anchors.put(name, new Anchored(null, 0)));
        YamlNode node = switch (event.getEventId()) {
            case MappingStart -> mapping((CollectionStartEvent) event, depth);
            case SequenceStart -> sequence((CollectionStartEvent) event, depth);
            default -> scalar((ScalarEvent) event);
        };
        anchor.ifPresent(name -> anchors.put(name, new Anchored(node, nodes - before)));
        return node;
    }

    private YamlNode resolve(AliasEvent alias) throws SourceException {
        Anchored target = anchors.get(alias.getAlias());
        if (target == null) {
            throw new SourceException(
                    position(alias), "there is no anchor &" + alias.getAlias() + " before this alias");
        }
        YamlNode node = target.node();
        if (node == null) {
            throw new SourceException(position(alias), "*" + alias.getAlias() + " contains itself");
        }
        count(target.nodes(), alias);
        return node;
    }

    private void count(long more, Event event) throws SourceException {
        nodes += more;
        if (nodes > MOST_NODES) {
            throw new SourceException(
                    position(event), "the document has more than " + MOST_NODES + " nodes with its aliases expanded");
        }
    }

    private Sequence sequence(CollectionStartEvent start, int depth) throws SourceException {
        List<YamlNode> items = new ArrayList<>();
        for (Event event = content(); event.getEventId() != Event.ID.SequenceEnd; event = content()) {
            items.add(node(event, depth + 1));
        }
        return new Sequence(items, position(start), own(start.getTag()));
    }

    private Mapping mapping(CollectionStartEvent start, int depth) throws SourceException {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        List<Mapping> merged = new ArrayList<>();
        for (Event event = content(); event.getEventId() != Event.ID.MappingEnd; event = content()) {
            boolean merge = event instanceof ScalarEvent key
                    && key.isPlain()
                    && key.getValue().equals(MERGE);
            YamlNode key = node(event, depth + 1);
            YamlNode value = node(content(), depth + 1);
            if (merge) {
                merge(value, merged);
            } else if (!(key instanceof Scalar name)) {
                throw new SourceException(key.at(), "a key must be a text, but is " + key.what());
            } else if (entries.putIfAbsent(name.text(), value) != null) {
                throw new SourceException(key.at(), "the key '" + name.text() + "' stands here a second time");
            }
        }
        // What is written here wins over what is merged, and the first merged over the next (yaml.org/type/merge).
        merged.forEach(other -> other.entries().forEach(entries::putIfAbsent));
        return new Mapping(entries, position(start), own(start.getTag()));
    }

    private static void merge(YamlNode value, List<Mapping> merged) throws SourceException {
        switch (value) {
            case Mapping mapping -> merged.add(mapping);
            case Sequence sequence -> {
                for (YamlNode item : sequence.items()) {
                    if (!(item instanceof Mapping mapping)) {
                        throw new SourceException(item.at(), "<< takes mappings, but this is " + item.what());
                    }
                    merged.add(mapping);
                }
            }
            case Scalar scalar ->
                throw new SourceException(scalar.at(), "<< takes a mapping, but this is " + scalar.what());
        }
    }

    private Event content() {
        Event event = events.next();
        while (event.getEventId() == Event.ID.Comment) {
            event = events.next();
        }
        return event;
    }

    private Scalar scalar(ScalarEvent event) {
        Optional<String> tag = event.getTag();
        return new Scalar(event.getValue(), type(event, tag), position(event), own(tag));
    }

    private static ScalarType type(ScalarEvent event, Optional<String> tag) {
        Tag resolved = tag.filter(name -> name.startsWith(STANDARD_TAGS))
                .map(Tag::new)
                .orElseGet(() -> CORE.resolve(event.getValue(), event.isPlain()));
        if (resolved.equals(Tag.NULL)) {
            return ScalarType.NULL;
        }
        if (resolved.equals(Tag.BOOL)) {
            return ScalarType.BOOL;
        }
        return resolved.equals(Tag.INT) || resolved.equals(Tag.FLOAT) ? ScalarType.NUMBER : ScalarType.TEXT;
    }

    private static @Nullable String own(Optional<String> tag) {
        return tag.filter(name -> name.startsWith("!") && !name.equals("!")).orElse(null);
    }
}
