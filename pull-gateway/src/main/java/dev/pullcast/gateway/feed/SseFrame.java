// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import dev.pullcast.gateway.fleet.Subject;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One event as it goes over the wire (WHATWG HTML, "Server-sent events"), encoded once and shared by everybody who gets
 * it. Immutable.
 *
 * <p>A firehose and a job's stream differ only in the {@code id:} line. Both ids are known when the event is read, so
 * the bytes hold {@code [id of all][event and data][id in the partition]}, and each kind of stream sends its piece:
 * fields of an event may come in any order.
 */
public final class SseFrame {
    private static final int MAX_NAME = 64;

    private final byte[] bytes;
    private final int bodyStart;
    private final int bodyEnd;
    private final int partition;
    private final long offset;
    private final Subject subject;
    private final String type;
    private final @Nullable Object supersedes;
    private final Importance importance;
    private final boolean endsJob;

    /** What may be left out when somebody does not keep up. */
    public enum Importance {
        /** A newer one says it all. */
        PROGRESS,
        /** A step on the way. */
        STEP,
        /** The end of a pull or a job. */
        TERMINAL
    }

    /** What the feed knows of an event besides its bytes. */
    record Meta(
            int partition,
            long offset,
            Subject subject,
            String type,
            @Nullable Object supersedes,
            boolean terminal,
            boolean endsJob) {}

    private SseFrame(byte[] bytes, int bodyStart, int bodyEnd, Meta meta) {
        this.bytes = bytes;
        this.bodyStart = bodyStart;
        this.bodyEnd = bodyEnd;
        this.partition = meta.partition();
        this.offset = meta.offset();
        this.subject = meta.subject();
        this.type = meta.type();
        this.supersedes = meta.supersedes();
        this.importance =
                meta.terminal() ? Importance.TERMINAL : supersedes != null ? Importance.PROGRESS : Importance.STEP;
        this.endsJob = meta.endsJob();
    }

    /**
     * An event of the log.
     *
     * @param idOfAll the firehose's cursor after this event, ASCII; null where each subscriber has its own
     * @param cluster mark of the cluster, for the id within the partition
     * @param json one line
     */
    static SseFrame of(Meta meta, byte @Nullable [] idOfAll, String cluster, byte[] json) {
        Meta safe = isName(meta.type())
                ? meta
                : new Meta(
                        meta.partition(),
                        meta.offset(),
                        meta.subject(),
                        "unknown",
                        meta.supersedes(),
                        meta.terminal(),
                        meta.endsJob());
        byte[] id = ("id: " + new Cursor.InPartition(cluster, meta.partition(), meta.offset() + 1).text() + "\n\n")
                .getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 256);
        if (idOfAll != null) {
            out.writeBytes(ID);
            out.writeBytes(idOfAll);
            out.write('\n');
        }
        int start = out.size();
        writeBody(out, safe.type(), json);
        int end = out.size();
        out.writeBytes(id);
        return new SseFrame(out.toByteArray(), start, end, safe);
    }

    /** A worker's state, which is sent whole and moves no cursor. A newer one of the same worker supersedes it. */
    public static SseFrame ofWorker(Subject subject, Object worker, byte[] json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 32);
        writeBody(out, "worker", json);
        int end = out.size();
        out.write('\n');
        return new SseFrame(out.toByteArray(), 0, end, new Meta(-1, -1, subject, "worker", worker, false, false));
    }

    private static final byte[] ID = "id: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT = "event: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "\ndata: ".getBytes(StandardCharsets.US_ASCII);

    private static void writeBody(ByteArrayOutputStream out, String event, byte[] json) {
        out.writeBytes(EVENT);
        out.writeBytes(event.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(DATA);
        out.writeBytes(json);
        out.write('\n');
    }

    /**
     * A frame of the gateway's own: a snapshot, a reset, a gap.
     *
     * @param id cursor, or null to leave the client's as it is
     * @param json one line
     */
    public static byte[] control(String event, @Nullable String id, byte[] json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 192);
        if (id != null) {
            out.writeBytes(ID);
            out.writeBytes(id.getBytes(StandardCharsets.US_ASCII));
            out.write('\n');
        }
        writeBody(out, event, json);
        out.write('\n');
        return out.toByteArray();
    }

    /** Whether a text may stand after {@code event:}: the kinds of the contract and what a later one may call its own. */
    static boolean isName(String type) {
        if (type.isEmpty() || type.length() > MAX_NAME) {
            return false;
        }
        for (int i = 0; i < type.length(); i++) {
            char c = type.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '-'
                    || c == '_';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    /** Whether bytes stay on one line of an event stream. U+2028 does: only CR and LF end a line there. */
    public static boolean isOneLine(byte[] json) {
        for (byte b : json) {
            if (b == '\n' || b == '\r' || b == 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Appends what a stream gets that is where the feed is.
     *
     * @param ofJob whether it is a job's stream; else the id is a firehose's
     */
    public void append(ByteBuf out, boolean ofJob) {
        if (ofJob) {
            out.writeBytes(bytes, bodyStart, bytes.length - bodyStart);
        } else {
            out.writeBytes(bytes, 0, bodyEnd).writeByte('\n');
        }
    }

    /** Appends what a firehose gets that is somewhere else than the feed. */
    public void appendWithId(ByteBuf out, byte[] id) {
        out.writeBytes(ID).writeBytes(id).writeByte('\n');
        out.writeBytes(bytes, bodyStart, bodyEnd - bodyStart).writeByte('\n');
    }

    /** Memory that it takes, roughly. */
    public int size() {
        return bytes.length;
    }

    /** Its partition; -1 for a frame that is not of the log. */
    public int partition() {
        return partition;
    }

    /** Its offset; -1 for a frame that is not of the log. */
    public long offset() {
        return offset;
    }

    /** What it is about. */
    public Subject subject() {
        return subject;
    }

    /** The name after {@code event:}. */
    public String type() {
        return type;
    }

    /** Compared by identity: of two frames with the same one, only the newer matters. Null: every one matters. */
    public @Nullable Object supersedes() {
        return supersedes;
    }

    /** What may be left out. */
    public Importance importance() {
        return importance;
    }

    /** Whether the stream of its job ends with it. */
    public boolean endsJob() {
        return endsJob;
    }

    @Override
    public String toString() {
        return type + '@' + partition + ':' + offset;
    }
}
