// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import dev.pullcast.worker.stream.EngineMessage.Digest;
import dev.pullcast.worker.stream.EngineMessage.Failure;
import dev.pullcast.worker.stream.EngineMessage.Finished;
import dev.pullcast.worker.stream.EngineMessage.LayerMessage;
import dev.pullcast.worker.stream.EngineMessage.Note;
import dev.pullcast.worker.stream.EngineMessage.PullingFrom;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The fields of the JSON object being read, and what they mean together. Used again for each object. */
final class MessageBuilder {
    private static final String PULLING_FROM = "Pulling from ";
    private static final String DIGEST = "Digest: ";
    private static final String STATUS = "Status: ";
    /** Longer ids are no layers: Docker and Podman shorten digests to 12 digits. */
    private static final int MAX_ID = 256;
    /** What is kept of a text for people; a registry's HTML page may stand in an error. */
    private static final int MAX_TEXT = 8192;

    @Nullable
    String status;

    @Nullable
    String id;
    /** {@code stream} of Podman's own endpoint, {@code message} of a body that is no stream. */
    @Nullable
    String otherText;

    @Nullable
    String error;

    @Nullable
    String detailMessage;
    /** The key of any member that is not known, for the note. */
    @Nullable
    String unknownName;

    boolean hasProgressDetail;
    boolean hasErrorDetail;

    @Nullable
    Long current;

    @Nullable
    Long total;

    boolean inSeconds;

    void clear() {
        status = null;
        id = null;
        otherText = null;
        error = null;
        detailMessage = null;
        unknownName = null;
        hasProgressDetail = false;
        hasErrorDetail = false;
        current = null;
        total = null;
        inSeconds = false;
    }

    EngineMessage build() {
        if (hasErrorDetail || (error != null && !error.isEmpty())) {
            return new Failure(shorten(failureText()));
        }
        if (status == null) {
            return new Note(shorten(Objects.requireNonNullElseGet(
                    otherText, () -> "message without status" + (unknownName == null ? "" : ", with " + unknownName))));
        }
        // Only with progressDetail is the id a layer; without it, it is the tag or digest of the pull.
        return hasProgressDetail && id != null && id.length() <= MAX_ID ? ofLayer(status, id) : ofPull(status);
    }

    private String failureText() {
        if (detailMessage != null && !detailMessage.isEmpty()) {
            return detailMessage;
        }
        return error != null && !error.isEmpty() ? error : "the engine reported an error without a message";
    }

    private EngineMessage ofLayer(String words, String layer) {
        LayerStep step = LayerStep.of(words);
        if (step == null) {
            return new Note(shorten(layer + ": " + words));
        }
        return switch (step) {
            case RETRYING ->
                new LayerMessage(
                        layer,
                        step,
                        null,
                        null,
                        leadingNumber(words, step.words().length()));
            case PULLING_FS_LAYER, WAITING, VERIFYING, DOWNLOAD_COMPLETE, PULL_COMPLETE, ALREADY_EXISTS ->
                new LayerMessage(layer, step, null, null, null);
            case DOWNLOADING, EXTRACTING ->
                inSeconds
                        ? new LayerMessage(layer, step, null, null, current)
                        : new LayerMessage(layer, step, current, total, null);
        };
    }

    private EngineMessage ofPull(String words) {
        if (words.startsWith(DIGEST)) {
            return new Digest(shorten(words.substring(DIGEST.length()).strip()));
        }
        if (words.startsWith(STATUS)) {
            return new Finished(shorten(words.substring(STATUS.length())));
        }
        if (words.startsWith(PULLING_FROM) && id != null) {
            return new PullingFrom(shorten(words.substring(PULLING_FROM.length())), shorten(id));
        }
        return new Note(shorten(words));
    }

    private static @Nullable Long leadingNumber(String words, int from) {
        int to = from;
        while (to < words.length() && to - from < 9 && Character.isDigit(words.charAt(to))) {
            to++;
        }
        return to == from ? null : Long.valueOf(words.substring(from, to));
    }

    private static String shorten(String text) {
        if (text.length() <= MAX_TEXT) {
            return text;
        }
        int cut = Character.isHighSurrogate(text.charAt(MAX_TEXT - 2)) ? MAX_TEXT - 2 : MAX_TEXT - 1;
        return text.substring(0, cut) + "…";
    }
}
