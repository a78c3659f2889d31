// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;

/**
 * A real event of 375 bytes that says when it was sent. It is a {@code pull.retrying}, which nobody may conflate or drop:
 * whoever does not deliver all of them has not kept up.
 */
final class BenchEvent {
    /** Stands before the time and nowhere else in an event. */
    static final byte MARK = '~';
    /** Of the time in hexadecimal. */
    static final int DIGITS = 16;

    static final int BYTES = 375;

    private final String job = UlidCreator.getUlid().toString();
    private final byte[] template;
    private final int timeAt;

    BenchEvent() {
        byte[] bare = write("");
        this.template = write("x".repeat(BYTES - bare.length));
        if (template.length != BYTES) {
            throw new IllegalStateException("the event has " + template.length + " bytes");
        }
        int at = 0;
        while (template[at] != MARK) {
            at++;
        }
        this.timeAt = at + 1;
    }

    private byte[] write(String padding) {
        PullOrigin origin = new PullOrigin(
                job, "w1", "01", "i1", "a", "docker.io/library/a:latest", null, null, 1, 0, 1, Instant.EPOCH);
        String message = (char) MARK + "0".repeat(DIGITS) + padding;
        return ContractJson.write(new PullEvent.Retrying(origin, FailureReason.NETWORK, message, 1, Instant.EPOCH));
    }

    String job() {
        return job;
    }

    /** The event as of now. */
    byte[] now() {
        byte[] event = template.clone();
        byte[] digits = HexFormat.of().toHexDigits(System.nanoTime()).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, event, timeAt, DIGITS);
        return event;
    }
}
