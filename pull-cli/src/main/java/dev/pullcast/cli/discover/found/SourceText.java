// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The text of a file: UTF-8, UTF-16 or UTF-32, told apart by a byte-order mark or by the zero bytes of a first character
 * that is ASCII (YAML 1.2, 5.2). The mark is no part of the text. Pure.
 */
public final class SourceText {
    private static final String MARK = "\uFEFF";

    private SourceText() {}

    /** The text of bytes. @throws CharacterCodingException if they are no text of that encoding */
    public static String of(byte[] bytes) throws CharacterCodingException {
        return withoutMarks(encodingOf(bytes)
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes))
                .toString());
    }

    /** The same, with a replacement character for what is no text. */
    public static String ofAny(byte[] bytes) {
        return withoutMarks(new String(bytes, encodingOf(bytes)));
    }

    /** Files that were put one behind the other have a mark in the middle. */
    private static String withoutMarks(String text) {
        String rest = text.startsWith(MARK) ? text.substring(1) : text;
        return rest.indexOf('\uFEFF') < 0 ? rest : rest.replace("\n" + MARK, "\n");
    }

    private static Charset encodingOf(byte[] bytes) {
        int first = at(bytes, 0);
        int second = at(bytes, 1);
        int third = at(bytes, 2);
        int fourth = at(bytes, 3);
        if (first == 0 && second == 0 && ((third == 0xFE && fourth == 0xFF) || (third == 0 && fourth > 0))) {
            return StandardCharsets.UTF_32BE;
        }
        if (third == 0 && fourth == 0 && ((first == 0xFF && second == 0xFE) || (first > 0 && second == 0))) {
            return StandardCharsets.UTF_32LE;
        }
        if ((first == 0xFE && second == 0xFF) || (first == 0 && second > 0)) {
            return StandardCharsets.UTF_16BE;
        }
        boolean little = (first == 0xFF && second == 0xFE) || (first > 0 && second == 0);
        return little ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
    }

    /** -1 behind the end. */
    private static int at(byte[] bytes, int index) {
        return index < bytes.length ? bytes[index] & 0xFF : -1;
    }
}
