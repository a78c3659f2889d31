// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pullcast.testkit.Bytes;
import dev.pullcast.testkit.Recording;
import dev.pullcast.testkit.Recordings;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Generators of what an engine may write. */
final class EngineTalk {
    private static final List<byte[]> RECORDED = Recordings.all().stream()
            .filter(Recording::isStream)
            .map(recording -> recording.body().toArray())
            .map(body -> Arrays.copyOf(body, Math.min(body.length, 4000)))
            .toList();
    private static final List<String> SPLINTERS = List.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\",
            "\\u",
            "é",
            ",",
            ":",
            "null",
            "-",
            "1e999",
            "\"id\":",
            "\"status\":{",
            "\"progressDetail\":{\"current\":9223372036854775807,\"total\":1}",
            "\r\n",
            "\u0000");

    private EngineTalk() {}

    /** Any text that UTF-8 can carry, beyond the first plane too. */
    static Arbitrary<String> text() {
        return Arbitraries.oneOf(
                        Arbitraries.integers().between(0x20, 0x7e),
                        Arbitraries.integers().between(0, 0xd7ff),
                        Arbitraries.integers().between(0xe000, Character.MAX_CODE_POINT))
                .list()
                .ofMaxSize(40)
                .map(points -> {
                    StringBuilder text = new StringBuilder();
                    points.forEach(text::appendCodePoint);
                    return text.toString();
                });
    }

    /** A JSON text, with the escapes that JSON demands and, if wished, all others. */
    static String quoted(String text, boolean escapeAll) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (escapeAll || c < 0x20 || c == '"' || c == '\\') {
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    /** Any JSON object, with known members and others, some of them of a type that no engine would send. */
    static Arbitrary<String> objects() {
        return objects(3);
    }

    private static Arbitrary<String> objects(int depth) {
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.of(
                        "status",
                        "id",
                        "error",
                        "errorDetail",
                        "message",
                        "progressDetail",
                        "progress",
                        "current",
                        "total",
                        "units",
                        "stream",
                        "aux"),
                text());
        return Combinators.combine(names, values(depth - 1), blanks())
                .as((name, value, blank) -> blank + quoted(name, false) + blank + ":" + blank + value)
                .list()
                .ofMaxSize(6)
                .map(members -> "{" + String.join(",", members) + "}");
    }

    private static Arbitrary<String> values(int depth) {
        Arbitrary<String> texts =
                Combinators.combine(text(), Arbitraries.of(true, false)).as(EngineTalk::quoted);
        Arbitrary<String> flat = Arbitraries.oneOf(
                texts,
                Arbitraries.of(steps()).map(words -> quoted(words, false)),
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.bigIntegers().map(String::valueOf),
                Arbitraries.bigDecimals().map(String::valueOf),
                Arbitraries.of("true", "false", "null", "-0", "1e400"));
        if (depth == 0) {
            return flat;
        }
        Arbitrary<String> arrays =
                values(depth - 1).list().ofMaxSize(4).map(items -> "[" + String.join(",", items) + "]");
        return Arbitraries.frequencyOf(Tuple.of(6, flat), Tuple.of(2, objects(depth)), Tuple.of(1, arrays));
    }

    private static List<String> steps() {
        return Arrays.stream(LayerStep.values())
                .map(step -> step == LayerStep.RETRYING ? step.words() + "5 seconds" : step.words())
                .toList();
    }

    /** What may stand between tokens and between objects. */
    static Arbitrary<String> blanks() {
        return Arbitraries.of("", "", "\n", "\r\n", " ", "\t \n\n");
    }

    /** Lines about few layers, in any order and with any numbers: engines were seen to do both. */
    static Arbitrary<String> layerLines() {
        Arbitrary<String> numbers = Arbitraries.oneOf(
                        Arbitraries.longs().between(0, 1000),
                        Arbitraries.longs().greaterOrEqual(-1),
                        Arbitraries.of(Long.MAX_VALUE, Long.MAX_VALUE - 1, 1L << 53))
                .map(String::valueOf);
        Arbitrary<String> details = Arbitraries.oneOf(
                Arbitraries.just(""),
                numbers.map(current -> "\"current\":" + current),
                numbers.map(current -> "\"current\":" + current + ",\"units\":\"s\""),
                Combinators.combine(numbers, numbers).as((c, t) -> "\"current\":" + c + ",\"total\":" + t));
        Arbitrary<String> layers = Combinators.combine(
                        Arbitraries.of(steps()), details, Arbitraries.integers().between(0, 5))
                .as((step, detail, layer) -> "{\"status\":\"" + step + "\",\"progressDetail\":{" + detail
                        + "},\"id\":\"" + "abcdef".charAt(layer) + "\"}");
        return Arbitraries.frequencyOf(
                Tuple.of(30, layers),
                Tuple.of(1, Arbitraries.just("{\"status\":\"Pulling from team/app\",\"id\":\"1\"}")));
    }

    /** What an engine said, with a few wounds; reports show it as text. */
    static Arbitrary<Bytes> damaged() {
        return Combinators.combine(
                        Arbitraries.of(RECORDED),
                        Arbitraries.longs(),
                        Arbitraries.integers().between(1, 4))
                .as((body, seed, wounds) -> Bytes.of(damage(body, new Random(seed), wounds)));
    }

    private static byte[] damage(byte[] body, Random random, int wounds) {
        byte[] damaged = body;
        for (int wound = 0; wound < wounds; wound++) {
            int at = random.nextInt(damaged.length + 1);
            int skipped = random.nextInt(3) == 0 ? random.nextInt(40) : 0;
            byte[] put = switch (random.nextInt(3)) {
                case 0 -> new byte[] {(byte) random.nextInt(256)};
                case 1 -> SPLINTERS.get(random.nextInt(SPLINTERS.size())).getBytes(UTF_8);
                default -> Arrays.copyOfRange(damaged, at, Math.min(at + random.nextInt(200), damaged.length));
            };
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(damaged, 0, at);
            out.writeBytes(put);
            int rest = Math.min(damaged.length, at + skipped);
            out.write(damaged, rest, damaged.length - rest);
            damaged = out.toByteArray();
        }
        return damaged;
    }

    /** Sizes of pieces. */
    static Arbitrary<List<Integer>> cuts() {
        return Arbitraries.oneOf(
                        Arbitraries.integers().between(1, 7),
                        Arbitraries.integers().between(1, 3000))
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    /** Recorded streams that are small enough to begin with. */
    static List<byte[]> recordedUpTo(int bytes) {
        return RECORDED.stream().filter(body -> body.length <= bytes).toList();
    }
}
