// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import dev.pullcast.gateway.tenants.FleetKey;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The header {@code Idempotency-Key} (draft-ietf-httpapi-idempotency-key-header): the same key is the same job. The job's
 * id is made from it, from its sender and from the fleet's key, so that every gateway makes the same one, today and after a
 * restart, without a store of keys, and no other sender can make it, or find out whether it was used.
 *
 * @param text as sent
 */
record IdempotencyKey(String text) {
    static final String HEADER = "Idempotency-Key";

    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7E](?:[\\x20-\\x7E]{0,253}[\\x21-\\x7E])?");

    /** What came of reading; both are empty where there is no such header. */
    record Read(Optional<IdempotencyKey> key, Optional<String> problem) {}

    /** Reads the header, quoted as the draft has it or bare as many clients send it. */
    static Read of(HttpServerRequest request) {
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
        return new Read(Optional.of(new IdempotencyKey(key)), Optional.empty());
    }

    /**
     * The id of the job that is meant.
     *
     * @param principal who asks; keys of different principals have nothing to do with each other
     */
    String jobId(FleetKey fleet, String principal) {
        return fleet.jobId(principal, text);
    }
}
