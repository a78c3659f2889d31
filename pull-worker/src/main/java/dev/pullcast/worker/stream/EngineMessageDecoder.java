// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import dev.pullcast.contract.text.VisibleText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.async.ByteArrayFeeder;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Reads an engine's pull stream from whatever pieces the socket gives: a piece may hold a part of a message, a part of
 * a character, or several messages with {@code \n}, {@code \r\n} or nothing between them. The messages do not depend on
 * how the bytes were cut.
 *
 * <p>Built on Jackson's non-blocking parser: it keeps no more than the message being read, and that is bounded by
 * {@link #MAX_MESSAGE_BYTES}. A text longer than {@link #MAX_TEXT_BYTES} is cut, because a registry's page in an error
 * is no reason to lose a pull; a message longer than {@link #MAX_UNCUT_BYTES} is an error. Nothing grows with the length of the stream.
 *
 * <p>One decoder per HTTP answer, one thread. After the first {@link DecodeException} it ignores what follows: the
 * parser cannot find back into a broken stream, and the rest of it would not be trusted either.
 */
public final class EngineMessageDecoder {
    /**
     * Longest message, with the blanks before it and without what is cut from its texts. The longest seen from a real
     * engine has 1010 bytes.
     */
    public static final int MAX_MESSAGE_BYTES = 1 << 20;
    /** What is kept of a text within a message; the rest of it is skipped. */
    public static final int MAX_TEXT_BYTES = 1 << 16;
    /** Longest message as the engine sends it, with what is cut from its texts. */
    public static final int MAX_UNCUT_BYTES = 1 << 23;
    /**
     * Largest number of bytes or seconds that is believed, a pebibyte: the sum over all the layers that a pull may have
     * must fit into a long.
     */
    public static final long MAX_NUMBER = 1L << 50;
    /** Deepest nesting within a message; engines use two. */
    public static final int MAX_DEPTH = 32;

    private static final int SLICE = 1 << 15;

    /** After so many members a new parser takes over: each keeps every name that it has read, and they may all differ. */
    private static final int MEMBERS_PER_PARSER = 10_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            // Many names with one hash are slow for a moment, and then forgotten with the rest.
            .disable(TokenStreamFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            // The parser takes {"a":1,} for whole when the bytes are cut after the comma; so it is taken always.
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(MAX_MESSAGE_BYTES)
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(1024)
                    .maxNumberLength(400)
                    .build())
            .build();

    private enum Inside {
        MESSAGE,
        PROGRESS_DETAIL,
        ERROR_DETAIL,
        OTHER
    }

    private final Consumer<EngineMessage> sink;
    // Never closed: that would hand the names that it has read on to the factory, for good.
    private JsonParser parser = newParser();
    private ByteArrayFeeder feeder = (ByteArrayFeeder) parser.nonBlockingInputFeeder();
    private final MessageBuilder message = new MessageBuilder();
    private final TailBytes tail = new TailBytes();

    private Inside inside = Inside.MESSAGE;
    private int depth;
    private String name = "";
    private boolean awaitsValue;
    private int membersOfParser;
    private final TextCutter cutter = new TextCutter(MAX_TEXT_BYTES);
    private long bytesFed;
    private long bytesCut;
    private long bytesBeforeParser;
    private long endOfLastMessage;
    private long cutAtLastMessage;
    private boolean finished;

    /**
     * @param sink gets each message, in order, from within {@link #feed} and {@link #end}
     */
    public EngineMessageDecoder(Consumer<EngineMessage> sink) {
        this.sink = sink;
    }

    private static JsonParser newParser() {
        return FACTORY.createNonBlockingByteArrayParser(ObjectReadContext.empty());
    }

    /**
     * Reads the next piece of the body; all messages that it completes are given to the sink before this returns. The
     * array is not kept.
     *
     * @param from index of the first byte
     * @param to index after the last byte
     * @throws DecodeException once, if the stream is malformed or a bound is passed; later calls do nothing
     */
    public void feed(byte[] bytes, int from, int to) throws DecodeException {
        Objects.checkFromToIndex(from, to, bytes.length);
        for (int at = from; at < to && !finished; at += SLICE) {
            feedSlice(bytes, at, Math.min(at + SLICE, to));
        }
    }

    private void feedSlice(byte[] bytes, int from, int to) throws DecodeException {
        tail.add(bytes, from, to);
        for (int at = from; at < to; ) {
            int end = cutter.endOfRun(bytes, at, to);
            // Asked after the run: whether a run is cut is decided at its first byte.
            if (cutter.wasCut()) {
                bytesCut += end - at;
            } else {
                bytesFed += end - at;
                feedParser(bytes, at, end);
            }
            checkLength(bytesFed);
            at = end;
        }
    }

    private void feedParser(byte[] bytes, int from, int to) throws DecodeException {
        try {
            feeder.feedInput(bytes, from, to);
            readTokens();
        } catch (JacksonException e) {
            throw failed("is malformed (" + e.getOriginalMessage() + ")");
        }
    }

    /** Bounds the message that is under way, or ends, at this byte of what the parser was given. */
    private void checkLength(long end) throws DecodeException {
        long kept = end - endOfLastMessage;
        if (kept > MAX_MESSAGE_BYTES || kept + bytesCut - cutAtLastMessage > MAX_UNCUT_BYTES) {
            throw failed("has a message of more than "
                    + (kept > MAX_MESSAGE_BYTES ? MAX_MESSAGE_BYTES : MAX_UNCUT_BYTES) + " bytes");
        }
    }

    /**
     * Says that the body ended.
     *
     * @throws DecodeException if it ended within a message, and if no exception was thrown before
     */
    public void end() throws DecodeException {
        if (finished) {
            return;
        }
        try {
            feeder.endOfInput();
            readTokens();
        } catch (JacksonException e) {
            throw failed("ends within a message");
        }
        finished = true;
    }

    private void readTokens() throws DecodeException {
        while (true) {
            JsonToken token = parser.nextToken();
            if (token == null || token == JsonToken.NOT_AVAILABLE) {
                return;
            }
            if (depth == 0 && token != JsonToken.START_OBJECT) {
                throw failed("has something other than a JSON object");
            }
            // Jackson's parser takes {"a":} for whole when the bytes are cut after the colon.
            if (awaitsValue && token == JsonToken.END_OBJECT) {
                throw failed("has a member without a value");
            }
            awaitsValue = token == JsonToken.PROPERTY_NAME;
            accept(token);
        }
    }

    private void accept(JsonToken token) throws DecodeException {
        switch (token) {
            case START_OBJECT, START_ARRAY -> open(token);
            case END_OBJECT, END_ARRAY -> close();
            case PROPERTY_NAME -> {
                name = parser.currentName();
                membersOfParser++;
            }
            case VALUE_STRING, VALUE_NUMBER_INT -> value(token);
            // None of these is part of a member that is known.
            case VALUE_NULL, VALUE_TRUE, VALUE_FALSE, VALUE_NUMBER_FLOAT, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> {}
        }
    }

    private void open(JsonToken token) {
        depth++;
        if (depth == 1) {
            message.clear();
            inside = Inside.MESSAGE;
        } else if (depth == 2) {
            inside = token == JsonToken.START_OBJECT ? member(name) : Inside.OTHER;
        }
    }

    private Inside member(String key) {
        return switch (key) {
            case "progressDetail" -> {
                message.hasProgressDetail = true;
                yield Inside.PROGRESS_DETAIL;
            }
            case "errorDetail" -> {
                message.hasErrorDetail = true;
                yield Inside.ERROR_DETAIL;
            }
            default -> {
                message.unknownName = key;
                yield Inside.OTHER;
            }
        };
    }

    private void close() throws DecodeException {
        depth--;
        if (depth == 1) {
            inside = Inside.MESSAGE;
        } else if (depth == 0) {
            long end = bytesBeforeParser + parser.currentLocation().getByteOffset();
            checkLength(end);
            endOfLastMessage = end;
            cutAtLastMessage = bytesCut;
            sink.accept(message.build());
            if (membersOfParser >= MEMBERS_PER_PARSER) {
                forgetNames(end);
            }
        }
    }

    /** Between two messages, so that nothing is lost but names. */
    private void forgetNames(long end) {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        parser.releaseBuffered(rest);
        parser = newParser();
        feeder = (ByteArrayFeeder) parser.nonBlockingInputFeeder();
        feeder.feedInput(rest.toByteArray(), 0, rest.size());
        bytesBeforeParser = end;
        membersOfParser = 0;
    }

    private void value(JsonToken token) {
        if (depth > 2) {
            return;
        }
        switch (inside) {
            case MESSAGE -> {
                if (token == JsonToken.VALUE_STRING) {
                    messageText();
                }
            }
            case PROGRESS_DETAIL -> progressValue(token);
            case ERROR_DETAIL -> {
                if (token == JsonToken.VALUE_STRING && name.equals("message")) {
                    message.detailMessage = parser.getString();
                }
            }
            case OTHER -> {}
        }
    }

    private void messageText() {
        switch (name) {
            case "status" -> message.status = parser.getString();
            case "id" -> message.id = parser.getString();
            case "error" -> message.error = parser.getString();
            case "stream", "message" -> message.otherText = parser.getString();
            // Docker before 29 draws a bar here; the numbers stand in progressDetail.
            case "progress" -> {}
            default -> message.unknownName = name;
        }
    }

    private void progressValue(JsonToken token) {
        switch (name) {
            case "current" -> message.current = number(token, 0);
            case "total" -> message.total = number(token, 1);
            case "units" -> message.inSeconds = token == JsonToken.VALUE_STRING && "s".equals(parser.getString());
            default -> {}
        }
    }

    /** A number that means something; engines say 0 or -1 for a size that they do not know. */
    private @Nullable Long number(JsonToken token, long least) {
        if (token != JsonToken.VALUE_NUMBER_INT || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            return null;
        }
        long number = parser.getLongValue();
        return number < least || number > MAX_NUMBER ? null : number;
    }

    private DecodeException failed(String what) {
        finished = true;
        return new DecodeException("the engine's stream " + what + ", after " + (bytesFed + bytesCut)
                + " bytes, the last are: "
                + VisibleText.masked(new String(tail.toBytes(), StandardCharsets.UTF_8).replace('\uFFFD', '·'), '·'));
    }
}
