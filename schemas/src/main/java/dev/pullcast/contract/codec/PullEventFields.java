// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * What events of a pull have as fields, all kinds together: a field of one name means the same in each. So they are read
 * in one go. Jackson's own way with {@code @JsonUnwrapped} copies every event and reads it twice, and so much code has to
 * be warm for it that a gateway took a third longer to know a hundred thousand events again.
 */
@SuppressWarnings("NullAway") // what may not be absent is found by Completeness
final class PullEventFields {
    private static final InstantReader TIMES = new InstantReader();

    private String job;
    private String worker;
    private String pull;
    private String incarnation;
    private String image;
    private String reference;
    private @Nullable String platform;
    private @Nullable String project;
    private int attempt;
    private int engineRetry;
    private long seq;
    private Instant time;

    private String layer;
    private LayerPhase phase;
    private @Nullable Long current;
    private @Nullable Long total;
    private @Nullable Long seconds;

    private long bytesCurrent;
    private @Nullable Long bytesTotal;
    private double percent;
    private int layersDone;
    private int layersTotal;
    private @Nullable Long bytesPerSecond;
    private @Nullable Long etaSeconds;

    private FailureReason reason;
    private String message;
    private double delaySeconds;
    private Instant notBefore;
    private boolean retryable;
    private int attempts;
    private String hint;

    private @Nullable String digest;
    private @Nullable String previousDigest;
    private @Nullable Long bytesDownloaded;
    private int layersCached;
    private int layersDownloaded;
    private long queueMillis;
    private long downloadMillis;
    private long extractMillis;

    private PullEventFields() {}

    /** Makes a mapper read events of pulls by way of this. */
    static void readBy(SimpleModule module) {
        add(module, PullEvent.Queued.class, f -> new PullEvent.Queued(f.origin()));
        add(module, PullEvent.Started.class, f -> new PullEvent.Started(f.origin()));
        add(
                module,
                PullEvent.Layer.class,
                f -> new PullEvent.Layer(f.origin(), f.layer, f.phase, f.current, f.total, f.seconds));
        add(
                module,
                PullEvent.Progress.class,
                f -> new PullEvent.Progress(
                        f.origin(),
                        f.bytesCurrent,
                        f.bytesTotal,
                        f.percent,
                        f.layersDone,
                        f.layersTotal,
                        f.bytesPerSecond,
                        f.etaSeconds));
        add(
                module,
                PullEvent.Retrying.class,
                f -> new PullEvent.Retrying(f.origin(), f.reason, f.message, f.delaySeconds, f.notBefore));
        add(
                module,
                PullEvent.Succeeded.class,
                f -> new PullEvent.Succeeded(
                        f.origin(),
                        f.digest,
                        f.previousDigest,
                        f.bytesDownloaded,
                        f.layersCached,
                        f.layersDownloaded,
                        f.queueMillis,
                        f.downloadMillis,
                        f.extractMillis));
        add(module, PullEvent.Skipped.class, f -> new PullEvent.Skipped(f.origin(), f.digest));
        add(
                module,
                PullEvent.Failed.class,
                f -> new PullEvent.Failed(f.origin(), f.reason, f.retryable, f.attempts, f.message, f.hint));
        add(module, PullEvent.Cancelled.class, f -> new PullEvent.Cancelled(f.origin(), f.message));
    }

    private static <T extends PullEvent.OfPull> void add(
            SimpleModule module, Class<T> kind, Function<PullEventFields, T> event) {
        module.addDeserializer(kind, new StdDeserializer<>(kind) {
            @Override
            public T deserialize(JsonParser parser, DeserializationContext context) {
                return event.apply(read(parser, context));
            }
        });
    }

    private static PullEventFields read(JsonParser from, DeserializationContext context) {
        PullEventFields fields = new PullEventFields();
        String name = from.isExpectedStartObjectToken() ? from.nextName() : from.currentName();
        while (name != null) {
            // What is null is absent.
            if (from.nextToken() != JsonToken.VALUE_NULL) {
                fields.take(name, from, context);
            }
            name = from.nextName();
        }
        return fields;
    }

    private void take(String name, JsonParser from, DeserializationContext context) {
        switch (name) {
            case "job" -> job = text(from, context);
            case "worker" -> worker = text(from, context);
            case "pull" -> pull = text(from, context);
            case "incarnation" -> incarnation = text(from, context);
            case "image" -> image = text(from, context);
            case "reference" -> reference = text(from, context);
            case "platform" -> platform = text(from, context);
            case "project" -> project = text(from, context);
            case "attempt" -> attempt = integer(from, context);
            case "engineRetry" -> engineRetry = integer(from, context);
            case "seq" -> seq = number(from, context);
            case "time" -> time = TIMES.deserialize(from, context);
            case "layer" -> layer = text(from, context);
            case "phase" -> phase = context.readValue(from, LayerPhase.class);
            case "current" -> current = numberIfAny(from, context);
            case "total" -> total = numberIfAny(from, context);
            case "seconds" -> seconds = numberIfAny(from, context);
            case "bytesCurrent" -> bytesCurrent = number(from, context);
            case "bytesTotal" -> bytesTotal = numberIfAny(from, context);
            case "percent" -> percent = real(from, context);
            case "layersDone" -> layersDone = integer(from, context);
            case "layersTotal" -> layersTotal = integer(from, context);
            case "bytesPerSecond" -> bytesPerSecond = numberIfAny(from, context);
            case "etaSeconds" -> etaSeconds = numberIfAny(from, context);
            case "reason" -> reason = context.readValue(from, FailureReason.class);
            case "message" -> message = text(from, context);
            case "delaySeconds" -> delaySeconds = real(from, context);
            case "notBefore" -> notBefore = TIMES.deserialize(from, context);
            case "retryable" -> retryable = context.readValue(from, boolean.class);
            case "attempts" -> attempts = integer(from, context);
            case "hint" -> hint = text(from, context);
            case "digest" -> digest = text(from, context);
            case "previousDigest" -> previousDigest = text(from, context);
            case "bytesDownloaded" -> bytesDownloaded = number(from, context);
            case "layersCached" -> layersCached = integer(from, context);
            case "layersDownloaded" -> layersDownloaded = integer(from, context);
            case "queueMillis" -> queueMillis = number(from, context);
            case "downloadMillis" -> downloadMillis = number(from, context);
            case "extractMillis" -> extractMillis = number(from, context);
            default -> from.skipChildren();
        }
    }

    // What looks otherwise than we write it goes the general way.

    private static String text(JsonParser from, DeserializationContext context) {
        return from.hasToken(JsonToken.VALUE_STRING) ? from.getString() : context.readValue(from, String.class);
    }

    private static int integer(JsonParser from, DeserializationContext context) {
        return from.hasToken(JsonToken.VALUE_NUMBER_INT) ? from.getIntValue() : context.readValue(from, int.class);
    }

    private static long number(JsonParser from, DeserializationContext context) {
        return from.hasToken(JsonToken.VALUE_NUMBER_INT) ? from.getLongValue() : context.readValue(from, long.class);
    }

    private static @Nullable Long numberIfAny(JsonParser from, DeserializationContext context) {
        return from.hasToken(JsonToken.VALUE_NUMBER_INT)
                ? Long.valueOf(from.getLongValue())
                : context.readValue(from, Long.class);
    }

    private static double real(JsonParser from, DeserializationContext context) {
        return from.hasToken(JsonToken.VALUE_NUMBER_FLOAT)
                ? from.getDoubleValue()
                : context.readValue(from, double.class);
    }

    private PullOrigin origin() {
        return new PullOrigin(
                job, worker, pull, incarnation, image, reference, platform, project, attempt, engineRetry, seq, time);
    }
}
