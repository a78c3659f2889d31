// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer.
 *
 * @param headers by name in lower case
 * @param body decompressed; empty where none was wanted
 */
@SuppressWarnings("ArrayRecordComponent") // read once by the one that asked, never compared
record HttpAnswer(int status, Map<String, List<String>> headers, byte[] body) {
    List<String> all(String header) {
        return headers.getOrDefault(header, List.of());
    }

    @Nullable
    String first(String header) {
        List<String> values = all(header);
        return values.isEmpty() ? null : values.getFirst();
    }

    @Override
    public String toString() {
        return "HttpAnswer[" + status + ", " + body.length + " bytes]";
    }
}
