// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.kafka.Topics;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Keys of {@code pull.results}: a record counts only under the key of what it holds. */
final class ResultKey {
    private ResultKey() {}

    /** Whether a record has the key of the event that it holds. */
    static boolean matches(ConsumerRecord<byte[], byte[]> record, PullEvent event) {
        byte[] key = record.key();
        return key != null && Arrays.equals(key, of(event).getBytes(UTF_8));
    }

    private static String of(PullEvent event) {
        if (!(event instanceof PullEvent.OfPull pull)) {
            return event.jobId();
        }
        String worker = pull.origin().worker();
        return JobEndings.isOnBehalf(pull)
                ? Topics.resultKeyOnBehalf(event.jobId(), worker, pull.origin().pull())
                : Topics.resultKey(event.jobId(), worker, pull.origin().pull());
    }
}
