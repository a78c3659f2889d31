// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.fleet;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * A place in the list of jobs, newest first; jobs that come later do not move it. It holds at every gateway, because
 * both parts come from Kafka.
 *
 * @param createdAt of the job at this place
 * @param id of that job
 */
public record JobMark(Instant createdAt, String id) implements Comparable<JobMark> {
    /** As it stands in a URL; read nothing into it. */
    public String text() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((createdAt + " " + id).getBytes(StandardCharsets.UTF_8));
    }

    /** What {@link #text} wrote; empty for anything else. */
    public static Optional<JobMark> parse(String text) {
        try {
            String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            int blank = plain.indexOf(' ');
            return blank < 0
                    ? Optional.empty()
                    : Optional.of(new JobMark(Instant.parse(plain.substring(0, blank)), plain.substring(blank + 1)));
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    @Override
    public int compareTo(JobMark other) {
        int byTime = createdAt.compareTo(other.createdAt);
        return byTime != 0 ? byTime : id.compareTo(other.id);
    }
}
