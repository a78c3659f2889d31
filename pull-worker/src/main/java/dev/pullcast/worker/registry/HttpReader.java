// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * The one reader of answers from outside: HTTP/1.1 (RFC 9112) with bounds on everything that a server decides. Heads of
 * 1xx answers, the answer's own and trailers share {@link #MAX_HEAD_BYTES}; all that comes off the wire is counted, so
 * that the framing of tiny chunks is bounded as well; a body is bounded before and after decompression. An answer that
 * could be read in two ways is refused. For one answer.
 */
final class HttpReader {
    static final int MAX_HEAD_BYTES = 64 << 10;
    static final int MAX_HEADER_LINES = 256;

    private static final int MAX_CHUNK_LINE = 1024;
    private static final int MAX_LENGTH_DIGITS = 15;
    private static final int MAX_CHUNK_DIGITS = 8;
    private static final int BUFFER = 8192;

    private static final int SWITCHING = 101;
    private static final int OK = 200;

    private final InputStream in;
    private int headBytesLeft = MAX_HEAD_BYTES;
    private int headerLines;
    private long wireBytesLeft = MAX_HEAD_BYTES;

    HttpReader(InputStream in) {
        this.in = new BufferedInputStream(in, BUFFER);
    }

    /**
     * Reads the final answer.
     *
     * @param maxBody bytes of the body of a 200; other bodies are not read at all
     * @param withBody false for the answer to HEAD or CONNECT
     */
    HttpAnswer read(int maxBody, boolean withBody) throws IOException {
        int status;
        Map<String, List<String>> headers;
        do {
            status = statusOf(headLine());
            headers = headers();
            if (status == SWITCHING) {
                throw malformed("it switches protocols");
            }
        } while (status < OK);
        boolean wanted = withBody && status == OK;
        // A quarter for framing: chunks of 24 bytes, where real servers send thousands.
        wireBytesLeft += maxBody + (long) maxBody / 4;
        return new HttpAnswer(
                status, headers, wanted ? decoded(headers, body(headers, maxBody), maxBody) : new byte[0]);
    }

    private static int statusOf(String line) throws RegistryException {
        boolean right = line.length() >= "HTTP/1.1 200".length()
                && (line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
                && (line.length() == 12 || line.charAt(12) == ' ');
        long status = right ? number(line.substring(9, 12), 10, 3) : -1;
        if (status < 100 || status > 599) {
            throw malformed("it does not begin as HTTP does");
        }
        return (int) status;
    }

    private Map<String, List<String>> headers() throws IOException {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line = headLine(); !line.isEmpty(); line = headLine()) {
            if (++headerLines > MAX_HEADER_LINES) {
                throw new RegistryException(Refusal.TOO_LARGE, "its head has more than " + MAX_HEADER_LINES + " lines");
            }
            int colon = line.indexOf(':');
            if (colon < 1 || !line.substring(0, colon).chars().allMatch(c -> isTokenCharacter((char) c))) {
                throw malformed("its head has a line that is no header");
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1))
                    .add(line.substring(colon + 1).strip());
        }
        return headers;
    }

    private byte[] body(Map<String, List<String>> headers, int maxBody) throws IOException {
        List<String> coding = headers.getOrDefault("transfer-encoding", List.of());
        List<String> length = headers.getOrDefault("content-length", List.of());
        if (!coding.isEmpty()) {
            if (coding.size() > 1 || !coding.getFirst().equalsIgnoreCase("chunked") || !length.isEmpty()) {
                throw malformed("its length can be read in two ways");
            }
            return chunks(maxBody);
        }
        if (length.isEmpty()) {
            return upTo(Long.MAX_VALUE, maxBody);
        }
        long bytes = number(length.getFirst(), 10, MAX_LENGTH_DIGITS);
        if (bytes < 0 || length.stream().anyMatch(each -> !each.equals(length.getFirst()))) {
            throw malformed("its length is no number");
        }
        if (bytes > maxBody) {
            throw tooLarge(maxBody);
        }
        byte[] body = upTo(bytes, maxBody);
        if (body.length < bytes) {
            throw new RegistryException(Refusal.UNREACHABLE, "the connection ended in the middle of the answer");
        }
        return body;
    }

    private byte[] chunks(int maxBody) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(BUFFER);
        while (true) {
            String line = line(MAX_CHUNK_LINE);
            int end = line.indexOf(';');
            long size = number((end < 0 ? line : line.substring(0, end)).strip(), 16, MAX_CHUNK_DIGITS);
            if (size < 0) {
                throw malformed("a chunk has no length");
            }
            if (size == 0) {
                headers(); // trailers, which nobody needs
                return body.toByteArray();
            }
            if (body.size() + size > maxBody) {
                throw tooLarge(maxBody);
            }
            byte[] chunk = upTo(size, maxBody);
            if (chunk.length < size) {
                throw new RegistryException(Refusal.UNREACHABLE, "the connection ended in the middle of the answer");
            }
            body.write(chunk);
            if (!line(MAX_CHUNK_LINE).isEmpty()) {
                throw malformed("a chunk is longer than it says");
            }
        }
    }

    private byte[] upTo(long bytes, int maxBody) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream((int) Math.min(bytes, BUFFER));
        byte[] buffer = new byte[BUFFER];
        while (body.size() < bytes) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, bytes - body.size()));
            if (read < 0) {
                break;
            }
            countWire(read);
            if (body.size() + read > maxBody) {
                throw tooLarge(maxBody);
            }
            body.write(buffer, 0, read);
        }
        return body.toByteArray();
    }

    private static byte[] decoded(Map<String, List<String>> headers, byte[] body, int maxBody) throws IOException {
        String coding = String.join(",", headers.getOrDefault("content-encoding", List.of()))
                .strip()
                .toLowerCase(Locale.ROOT);
        if (coding.isEmpty() || coding.equals("identity")) {
            return body;
        }
        ByteArrayInputStream compressed = new ByteArrayInputStream(body);
        Inflater inflater = new Inflater(!isZlib(body));
        try (InputStream plain = switch (coding) {
            case "gzip", "x-gzip" -> new GZIPInputStream(compressed);
            case "deflate" -> new InflaterInputStream(compressed, inflater);
            default -> throw malformed("it is compressed in a way that was not asked for");
        }) {
            byte[] all = plain.readNBytes(maxBody + 1);
            if (all.length > maxBody) {
                throw tooLarge(maxBody);
            }
            return all;
        } catch (RegistryException e) {
            throw e;
        } catch (IOException e) {
            throw malformed("it cannot be decompressed");
        } finally {
            inflater.end();
        }
    }

    /** RFC 1950's two bytes; some servers send RFC 1951 alone. */
    private static boolean isZlib(byte[] body) {
        return body.length > 1 && (body[0] & 0x0f) == 8 && (((body[0] & 0xff) << 8) | (body[1] & 0xff)) % 31 == 0;
    }

    private String headLine() throws IOException {
        String line = line(headBytesLeft);
        headBytesLeft -= line.length() + 2;
        if (headBytesLeft <= 0) {
            throw new RegistryException(Refusal.TOO_LARGE, "its head is larger than " + MAX_HEAD_BYTES + " bytes");
        }
        return line;
    }

    /** Up to CRLF or LF, without it. */
    private String line(int max) throws IOException {
        StringBuilder line = new StringBuilder(64);
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new RegistryException(Refusal.UNREACHABLE, "the connection ended in the middle of the answer");
            }
            countWire(1);
            if (b == '\n') {
                int length = line.length();
                return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
            }
            if (line.length() >= max) {
                throw new RegistryException(Refusal.TOO_LARGE, "a line of it is longer than " + max + " bytes");
            }
            line.append((char) b);
        }
    }

    private void countWire(int bytes) throws RegistryException {
        wireBytesLeft -= bytes;
        if (wireBytesLeft < 0) {
            throw new RegistryException(Refusal.TOO_LARGE, "it has more framing than content");
        }
    }

    /** -1 for what is no number of so many digits. */
    static long number(String text, int radix, int maxDigits) {
        if (text.isEmpty() || text.length() > maxDigits) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, radix) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value;
    }

    /** RFC 9110, 5.6.2. */
    static boolean isTokenCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    private static RegistryException malformed(String why) {
        return new RegistryException(Refusal.MALFORMED, "the answer cannot be read: " + why);
    }

    private static RegistryException tooLarge(int maxBody) {
        return new RegistryException(Refusal.TOO_LARGE, "the answer is larger than " + maxBody + " bytes");
    }
}
