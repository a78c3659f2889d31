// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.pullcast.contract.codec.ContractJson;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not done (RFC 9457).
 *
 * @param type what kind; {@code about:blank} says no more than the status
 * @param title the status in words
 * @param status of the answer
 * @param detail what is wrong with this request, and what to do
 * @param requestId by which the gateway's log tells more; null until it is an answer
 * @param reasons one for each thing that is wrong with a body; each names the field first
 * @param retryAfter seconds after which it is worth a try, for the header; 0 for the usual ones
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String requestId,
        List<String> reasons,
        @JsonIgnore long retryAfter) {
    private static final long RETRY_AFTER_SECONDS = 5;

    /** Settles the list. */
    public Problem {
        reasons = List.copyOf(reasons);
    }

    /** A problem of a known status. */
    public static Problem of(int status, String detail) {
        return of(status, detail, List.of());
    }

    /** A problem with reasons. */
    public static Problem of(int status, String detail, List<String> reasons) {
        return new Problem(
                "about:blank", HttpResponseStatus.valueOf(status).reasonPhrase(), status, detail, null, reasons, 0);
    }

    /** Too much was asked for; it is worth another try after that time. */
    public static Problem tooMany(String detail, Duration retryAfter) {
        return new Problem(
                "about:blank",
                HttpResponseStatus.TOO_MANY_REQUESTS.reasonPhrase(),
                HttpResponseStatus.TOO_MANY_REQUESTS.code(),
                detail,
                null,
                List.of(),
                Math.max(1, retryAfter.toSeconds()));
    }

    /** Answers with it. */
    public void answer(RoutingContext request) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            response.reset();
            return;
        }
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (status == 503 || status == 429) {
            response.putHeader(
                    HttpHeaders.RETRY_AFTER, Long.toString(retryAfter == 0 ? RETRY_AFTER_SECONDS : retryAfter));
        }
        Problem told = new Problem(type, title, status, detail, RequestIds.of(request), reasons, retryAfter);
        Exchange.end(request, Buffer.buffer(ContractJson.write(told)));
    }
}
