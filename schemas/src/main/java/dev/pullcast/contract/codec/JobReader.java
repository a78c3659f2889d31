// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import dev.pullcast.contract.job.JobId;
import dev.pullcast.contract.job.JobRecord;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealedFor;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what any producer may write: a value of {@code pull.jobs}, or the body of a POST. Strict where a mistake could
 * pass for a wish (types, names, ranges, duplicate keys), lenient where the contract may grow (unknown fields are
 * ignored, null counts as absent). Never throws for what it reads; a reason names the field and never repeats what may
 * be a secret. Safe from any thread.
 */
public final class JobReader {
    /** The one value of the optional field {@code apiVersion}. */
    public static final String API_VERSION = "pullcast.dev/v1";

    private static final int MAX_SHOWN_ID = 128;

    /** A mapper is costly, and a process has but a few sets of limits. */
    private static final Map<Shape, JsonMapper> MAPPERS = new ConcurrentHashMap<>();

    private JobReader() {}

    /** What came of reading. */
    public sealed interface Result permits Accepted, Rejected {}

    /** A job, cancel or pause whose every field is as the contract says. */
    public record Accepted(JobRecord record) implements Result {}

    /**
     * Nothing that can be done.
     *
     * @param id as read, even where it is a bad one; null where none can be read
     * @param reasons at least one; each names the field first
     */
    public record Rejected(@Nullable String id, List<String> reasons) implements Result {}

    /** Reads a record's value; null is a tombstone, which is rejected. */
    public static Result read(byte @Nullable [] json, JobLimits limits) {
        return readWith(json, limits, null);
    }

    /**
     * What a request's body may do that a record may not.
     *
     * @param newId for a {@code PullJob} without an id; a cancel or pause is given none
     * @param seal for logins in clear, which never go further than this, each for one use; null where there is no key to
     *     seal them with
     * @param project that a job gets which names none; null for none
     * @param clock for when sealed logins expire
     */
    public record Intake(
            Supplier<String> newId,
            @Nullable BiFunction<RegistryLogin, SealedFor, String> seal,
            @Nullable String project,
            InstantSource clock) {
        /** For requests whose jobs get no project. */
        public Intake(Supplier<String> newId, @Nullable BiFunction<RegistryLogin, SealedFor, String> seal) {
            this(newId, seal, null, InstantSource.system());
        }
    }

    /** Reads a request's body. */
    public static Result read(byte @Nullable [] json, JobLimits limits, Intake intake) {
        return readWith(json, limits, intake);
    }

    private static Result readWith(byte @Nullable [] json, JobLimits limits, @Nullable Intake intake) {
        if (json == null) {
            return rejected(null, "value: is null (a tombstone); a job is ended by a CancelJob");
        }
        if (json.length > limits.maxBytes()) {
            return rejected(
                    findId(json, limits),
                    "value: has " + json.length + " bytes; at most " + limits.maxBytes() + " are allowed");
        }
        JsonNode tree;
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
            tree = mapper(limits).readTree(text);
        } catch (CharacterCodingException e) {
            return rejected(findId(json, limits), "value: is not UTF-8");
        } catch (JacksonException e) {
            return rejected(findId(json, limits), "value: " + problemWithJson(e, limits));
        }
        if (!tree.isObject()) {
            return rejected(null, "value: must be a JSON object" + (tree.isMissingNode() ? "; it is empty" : ""));
        }
        return readObject(tree, limits, intake);
    }

    private static Result readObject(JsonNode tree, JobLimits limits, @Nullable Intake intake) {
        Reasons reasons = new Reasons();
        Fields fields = new Fields(tree, "", reasons);
        JobFields rules = new JobFields(limits, reasons, new CredentialFields(intake), intake != null);
        fields.oneOf("apiVersion", Map.of(API_VERSION, API_VERSION));
        String kind = fields.has("kind") ? fields.text("kind", text -> true, "a name") : "PullJob";
        String id = id(fields, "PullJob".equals(kind) && intake != null ? intake.newId() : null);
        String shownId = shown(id);
        @Nullable
        JobRecord record = switch (kind) {
            case "PullJob" -> rules.pullJob(fields, id == null ? "" : id);
            case "CancelJob" -> rules.cancelJob(fields, id == null ? "" : id);
            case "PauseJob" -> rules.pauseJob(fields, id == null ? "" : id);
            case null -> null;
            default -> {
                fields.wrong("kind", Reasons.quote(kind) + " is unknown; write PullJob, CancelJob or PauseJob");
                yield null;
            }
        };
        return record != null && reasons.isEmpty() ? new Accepted(record) : new Rejected(shownId, reasons.toList());
    }

    private static @Nullable String id(Fields fields, @Nullable Supplier<String> newId) {
        if (!fields.has("id")) {
            if (newId != null) {
                return newId.get();
            }
            fields.wrong("id", "is missing");
            return null;
        }
        String id = fields.text("id", text -> true, "a ULID or UUIDv7");
        if (id != null) {
            String problem = JobId.problemWith(id);
            if (problem != null) {
                fields.wrong("id", Reasons.quote(id) + " " + problem);
            }
        }
        return id;
    }

    private static String problemWithJson(JacksonException e, JobLimits limits) {
        // Jackson's own words may repeat a piece of the text, and with it a secret.
        TokenStreamLocation at = e.getLocation();
        String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        String words = String.valueOf(e.getOriginalMessage());
        if (e instanceof StreamConstraintsException) {
            return words.contains("nesting depth")
                    ? "is nested deeper than " + limits.maxDepth() + " levels"
                    : "has a name, string or number that is too long" + where;
        }
        if (words.startsWith("Duplicate")) {
            return "has the same key twice in one object" + where;
        }
        return e instanceof UnexpectedEndOfInputException
                ? "is not JSON: it ends too early"
                : "is not JSON: unexpected text" + where;
    }

    /** The id of a text that cannot be read as a whole: as far as it is JSON. */
    private static @Nullable String findId(byte[] json, JobLimits limits) {
        JsonFactory factory =
                JsonFactory.builder().streamReadConstraints(constraints(limits)).build();
        try (JsonParser parser =
                factory.createParser(ObjectReadContext.empty(), json, 0, Math.min(json.length, limits.maxBytes()))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isId = "id".equals(parser.currentName());
                JsonToken value = parser.nextToken();
                if (isId) {
                    return value == JsonToken.VALUE_STRING ? shown(parser.getString()) : null;
                }
                parser.skipChildren();
            }
        } catch (JacksonException e) {
            return null;
        }
        return null;
    }

    /** An id as an event may carry it, good or bad. */
    private static @Nullable String shown(@Nullable String id) {
        return id == null || id.isBlank() || !Fields.isLine(id, MAX_SHOWN_ID) ? null : id;
    }

    private static JsonMapper mapper(JobLimits limits) {
        return MAPPERS.computeIfAbsent(new Shape(limits.maxBytes(), limits.maxDepth()), _ -> newMapper(limits));
    }

    private static JsonMapper newMapper(JobLimits limits) {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(constraints(limits))
                .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    private static StreamReadConstraints constraints(JobLimits limits) {
        return StreamReadConstraints.builder()
                .maxNestingDepth(limits.maxDepth())
                .maxStringLength(limits.maxBytes())
                .maxNameLength(1024)
                .maxNumberLength(64)
                .build();
    }

    private static Result rejected(@Nullable String id, String reason) {
        return new Rejected(id, List.of(reason));
    }

    /** What a mapper depends on. */
    private record Shape(int maxBytes, int maxDepth) {}
}
