// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import dev.pullcast.testkit.EngineAct.Cut;
import dev.pullcast.testkit.EngineAct.Effect;
import dev.pullcast.testkit.EngineAct.End;
import dev.pullcast.testkit.EngineAct.Endless;
import dev.pullcast.testkit.EngineAct.Garble;
import dev.pullcast.testkit.EngineAct.Head;
import dev.pullcast.testkit.EngineAct.Pause;
import dev.pullcast.testkit.EngineAct.Say;
import dev.pullcast.testkit.EngineAct.Split;
import dev.pullcast.testkit.EngineAct.Stall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The script of one answer: what a {@link ScriptedEngine} does when a request comes. */
public record EngineAnswer(List<EngineAct> acts) {
    /** Copies. */
    public EngineAnswer {
        acts = List.copyOf(acts);
    }

    /** A whole JSON answer of known length. */
    public static EngineAnswer json(int status, String body) {
        return whole(status, "application/json", body, body.getBytes(StandardCharsets.UTF_8).length);
    }

    /** An error as engines send it before a stream begins. */
    public static EngineAnswer error(int status, String message) {
        return json(status, "{\"message\":\"" + message.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}");
    }

    /** A whole answer of any type. */
    public static EngineAnswer text(int status, String contentType, String body) {
        return whole(status, contentType, body, body.getBytes(StandardCharsets.UTF_8).length);
    }

    /** Says a length that is not that of the body, then closes. */
    public static EngineAnswer wrongLength(int status, String body, int claimed) {
        List<EngineAct> acts =
                new ArrayList<>(whole(status, "application/json", body, claimed).acts());
        acts.set(acts.size() - 1, new Cut());
        return new EngineAnswer(acts);
    }

    private static EngineAnswer whole(int status, String contentType, String body, int length) {
        return new EngineAnswer(List.of(
                new Head(
                        status,
                        "",
                        Map.of("Content-Type", contentType, "Content-Length", String.valueOf(length)),
                        false),
                new Say(Bytes.of(body)),
                new End()));
    }

    /** Closes the connection without a word. */
    public static EngineAnswer refuse() {
        return new EngineAnswer(List.of(new Cut()));
    }

    /** Reads the request and never answers. */
    public static EngineAnswer silence() {
        return new EngineAnswer(List.of(new Stall()));
    }

    /** Begins a stream: 200, JSON, chunked. */
    public static Script stream() {
        return new Script().head(200, Map.of("Content-Type", "application/json"));
    }

    /** Lines of a stream that ends properly, each a chunk. */
    public static EngineAnswer lines(String... lines) {
        return stream().lines(lines).end();
    }

    /** What was recorded, chunk by chunk, without its pauses; ends as it ended then. */
    public static EngineAnswer replay(Recording recording) {
        Map<String, String> headers = new LinkedHashMap<>(recording.headers());
        headers.remove("Connection");
        boolean chunked = headers.remove("Transfer-Encoding") != null;
        List<EngineAct> acts = new ArrayList<>();
        acts.add(new Head(recording.status(), recording.reason(), headers, chunked));
        Bytes body = recording.body();
        int from = 0;
        for (Recording.Chunk chunk : recording.chunks()) {
            int to = Math.min(from + chunk.bytes(), body.length());
            acts.add(new Say(body.slice(from, to)));
            from = to;
        }
        if (from < body.length()) {
            acts.add(new Say(body.slice(from, body.length())));
        }
        acts.add(recording.endedProperly() ? new End() : new Cut());
        return new EngineAnswer(acts);
    }

    /** Collects the acts of a stream; one of the methods that return an {@link EngineAnswer} closes it. */
    public static final class Script {
        private final List<EngineAct> acts = new ArrayList<>();

        private Script head(int status, Map<String, String> headers) {
            acts.add(new Head(status, "", headers, true));
            return this;
        }

        /** Lines with Docker's line end, each a chunk. */
        public Script lines(String... lines) {
            for (String line : lines) {
                say(line + "\r\n");
            }
            return this;
        }

        /** A chunk, as it is. */
        public Script say(String text) {
            acts.add(new Say(Bytes.of(text)));
            return this;
        }

        /** Chunks of {@code size} bytes. */
        public Script split(int size, String text) {
            acts.add(new Split(Bytes.of(text), size));
            return this;
        }

        /** Bytes past the framing. */
        public Script garble(String bytes) {
            acts.add(new Garble(Bytes.of(bytes, StandardCharsets.ISO_8859_1)));
            return this;
        }

        /** Waits for the test. */
        public Script pause(Gate gate) {
            acts.add(new Pause(gate));
            return this;
        }

        /** Does something else. */
        public Script effect(Runnable effect) {
            acts.add(new Effect(effect));
            return this;
        }

        /** Ends properly. */
        public EngineAnswer end() {
            return closedBy(new End());
        }

        /** Closes the connection in the middle. */
        public EngineAnswer cut() {
            return closedBy(new Cut());
        }

        /** Says nothing more. */
        public EngineAnswer stall() {
            return closedBy(new Stall());
        }

        /** Repeats a text without a line end until so many bytes are sent or the client leaves, then closes. */
        public EngineAnswer endless(String pattern, long atMost) {
            acts.add(new Endless(Bytes.of(pattern), atMost));
            return closedBy(new Cut());
        }

        private EngineAnswer closedBy(EngineAct last) {
            acts.add(last);
            return new EngineAnswer(acts);
        }
    }
}
