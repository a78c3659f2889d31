// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What was read of workers and not looked into yet. Of all that a worker said the newest counts; where it has left since,
 * that as well: whoever is told so wants to know who it was. Owned by the feed's thread.
 */
final class Heard {
    private final Map<String, Said> workers = new LinkedHashMap<>();

    private record Said(
            @Nullable ConsumerRecord<byte[], byte[]> state,
            @Nullable ConsumerRecord<byte[], byte[]> end) {}

    void add(String worker, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            Said before = workers.get(worker);
            workers.put(worker, new Said(before == null ? null : before.state(), record));
        } else {
            workers.put(worker, new Said(record, null));
        }
    }

    boolean isEmpty() {
        return workers.isEmpty();
    }

    /** Takes what was heard of at most so many workers, of each in its order. */
    List<ConsumerRecord<byte[], byte[]>> take(int most) {
        List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();
        Iterator<Said> said = workers.values().iterator();
        for (int i = 0; i < most && said.hasNext(); i++) {
            Said one = said.next();
            said.remove();
            if (one.state() != null) {
                taken.add(one.state());
            }
            if (one.end() != null) {
                taken.add(one.end());
            }
        }
        return taken;
    }
}
