// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.text.VisibleText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who asked for what and what came of it: one line of JSON each, on the logger {@value #LOGGER}. */
public final class AuditLog {
    /** Name of the logger, for the logging's configuration. */
    public static final String LOGGER = "pullcast.audit";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

    private AuditLog() {}

    /**
     * One deed, or what was meant to be one.
     *
     * @param time when it was answered, UTC
     * @param action {@code job}, {@code cancel}, {@code pause}, {@code resume}, {@code login} or {@code logout}
     * @param principal name of who did it; null where that was not proved
     * @param via how it was proved
     * @param source address that the request came from
     * @param forwardedFor whom a proxy in front says it came from; not to be trusted without one
     * @param request its id
     * @param project that it was for; null for none, or where it did not come to that
     * @param job its id; null where it did not come to that
     * @param status of the answer; 0 where the client had gone
     * @param outcome {@code done}, {@code denied}, {@code refused} or {@code failed}
     * @param omitted lines about requests without a good credential that were left out before this one, because there
     *     were too many; null for none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Deed(
            Instant time,
            String action,
            @Nullable String principal,
            @Nullable String via,
            @Nullable String source,
            @Nullable String forwardedFor,
            String request,
            @Nullable String project,
            @Nullable String job,
            int status,
            String outcome,
            @Nullable Long omitted) {}

    /** A status of HTTP in a word. */
    public static String outcome(int status) {
        if (status == 401 || status == 403) {
            return "denied";
        }
        return status >= 500 || status == 0 ? "failed" : status >= 400 ? "refused" : "done";
    }

    /** Writes it down. */
    public static void write(Deed deed) {
        LOG.info("{}", VisibleText.escapedJson(new String(ContractJson.write(deed), StandardCharsets.UTF_8)));
    }
}
