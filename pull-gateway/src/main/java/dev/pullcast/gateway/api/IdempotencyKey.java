// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import com.github.f4b6a3.ulid.Ulid;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The header {@code Idempotency-Key} (draft-ietf-httpapi-idempotency-key-header): the same key is the same job. The job's
 * id is made from it, so that every gateway makes the same one, today and after a restart, without a store of keys.
 *
 * @param jobId a ULID; its time means nothing
 */
record IdempotencyKey(String jobId) {
    static final String HEADER = "Idempotency-Key";

    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7E](?:[\\x20-\\x7E]{0,253}[\\x21-\\x7E])?");

    /** What came of reading; both are empty where there is no such header. */
    record Read(Optional<IdempotencyKey> key, Optional<String> problem) {}

    /**
     * Reads the header, quoted as the draft has it or bare as many clients send it.
     *
     * @param principal who asks; keys of different principals have nothing to do with each other
     */
    static Read of(HttpServerRequest request, String principal) {
        List<String> given = request.headers().getAll(HEADER);
        if (given.isEmpty()) {
            return new Read(Optional.empty(), Optional.empty());
        }
        String text = given.getFirst().strip();
        boolean quoted = text.length() > 2 && text.startsWith("\"") && text.endsWith("\"");
        String key = quoted ? text.substring(1, text.length() - 1) : text;
        if (given.size() > 1 || !KEY.matcher(key).matches()) {
            return new Read(
                    Optional.empty(),
                    Optional.of(HEADER
                            + (given.size() > 1
                                    ? ": may be given once"
                                    : ": must be 1 to 255 printable ASCII characters, as \"8e03978e-40d5\"")));
        }
        return new Read(Optional.of(new IdempotencyKey(idOf(principal, key))), Optional.empty());
    }

    private static String idOf(String principal, String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((HEADER + '\n' + principal + '\n' + key).getBytes(StandardCharsets.UTF_8));
            return Ulid.from(Arrays.copyOf(hash, Ulid.ULID_BYTES)).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
