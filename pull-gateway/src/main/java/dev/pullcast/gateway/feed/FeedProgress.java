// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** How far each partition was read, and who waits for it. Owned by the feed's thread. */
final class FeedProgress {
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private final List<Waiter> waiters = new ArrayList<>();

    private record Waiter(Map<TopicPartition, Long> target, Promise<Void> promise) {}

    void start(Map<TopicPartition, Long> from) {
        next.putAll(from);
    }

    void advance(TopicPartition partition, long position) {
        next.merge(partition, position, Math::max);
    }

    /** Goes there, be it back. */
    void jump(TopicPartition partition, long position) {
        next.put(partition, position);
    }

    void tellWaiters() {
        if (waiters.isEmpty()) {
            return;
        }
        List<Waiter> done = waiters.stream().filter(w -> reached(w.target())).toList();
        waiters.removeAll(done);
        done.forEach(w -> w.promise().tryComplete());
    }

    Future<Void> when(Map<TopicPartition, Long> target) {
        Promise<Void> promise = Promise.promise();
        if (reached(target)) {
            promise.complete();
        } else {
            waiters.add(new Waiter(target, promise));
        }
        return promise.future();
    }

    /** The same, but fails when it takes longer. */
    Future<Void> within(Vertx vertx, long millis, Map<TopicPartition, Long> target) {
        Promise<Void> promise = Promise.promise();
        Future<Void> waiting = when(target);
        long timer = vertx.setTimer(millis, _ -> {
            waiters.removeIf(w -> w.promise().future().equals(waiting));
            promise.tryFail("the feed is behind Kafka; try again later");
        });
        waiting.onSuccess(_ -> {
            vertx.cancelTimer(timer);
            promise.tryComplete();
        });
        return promise.future();
    }

    private boolean reached(Map<TopicPartition, Long> target) {
        return target.entrySet().stream().allMatch(e -> next.getOrDefault(e.getKey(), 0L) >= e.getValue());
    }

    /** Records between here and there. */
    long behind(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .mapToLong(e -> Math.max(0, e.getValue() - next.getOrDefault(e.getKey(), 0L)))
                .sum();
    }
}
