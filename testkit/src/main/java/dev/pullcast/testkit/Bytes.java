// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An immutable run of bytes. */
public final class Bytes {
    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /** A copy. */
    public static Bytes of(byte[] content) {
        return new Bytes(content.clone());
    }

    /** The text in UTF-8. */
    public static Bytes of(String text) {
        return of(text, StandardCharsets.UTF_8);
    }

    /** The text in any encoding. */
    public static Bytes of(String text, Charset charset) {
        return new Bytes(text.getBytes(charset));
    }

    /** How many. */
    public int length() {
        return content.length;
    }

    /** The bytes from one index up to, not with, another. */
    public Bytes slice(int from, int to) {
        return new Bytes(Arrays.copyOfRange(content, from, to));
    }

    /** A copy. */
    public byte[] toArray() {
        return content.clone();
    }

    ByteBuffer buffer(int from, int to) {
        return ByteBuffer.wrap(content, from, to - from).asReadOnlyBuffer();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    /** As UTF-8. */
    @Override
    public String toString() {
        return new String(content, StandardCharsets.UTF_8);
    }
}
