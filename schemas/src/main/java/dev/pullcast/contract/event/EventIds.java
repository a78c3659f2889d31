// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.event;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Ids of events. A terminal event has the same id after any crash and repeat, so that consumers keep the first; all
 * others name the worker's incarnation.
 */
public final class EventIds {
    private EventIds() {}

    /** {@code job/worker/pull/terminal}. */
    public static String terminal(PullOrigin origin) {
        return encode(origin.job()) + '/' + encode(origin.worker()) + '/' + encode(origin.pull()) + "/terminal";
    }

    /** {@code job/worker/pull/incarnation/seq}. */
    public static String passing(PullOrigin origin) {
        return encode(origin.job())
                + '/'
                + encode(origin.worker())
                + '/'
                + encode(origin.pull())
                + '/'
                + encode(origin.incarnation())
                + '/'
                + origin.seq();
    }

    /** {@code job/kind}, where kind is {@code accepted}, {@code rejected}, {@code conflict} or {@code completed}. */
    public static String ofJob(String job, String kind) {
        return encode(job) + '/' + kind;
    }

    /** {@code set/worker/reference/removed}. */
    public static String removed(String set, String worker, String reference) {
        return encode(set) + '/' + encode(worker) + '/' + encode(reference) + "/removed";
    }

    /** Percent-encodes a part so that {@code /} only separates. */
    public static String encode(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '.'
                    || c == '_';
            if (!plain) {
                return URLEncoder.encode(part, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                        .replace("*", "%2A");
            }
        }
        return part;
    }
}
