// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Who listens to the feed, each on a context of its own. Owned by the feed's thread. */
final class FeedListeners {
    private final List<Listener> all = new ArrayList<>();

    private record Listener(Context context, FeedListener listener) {
        void tell(Consumer<FeedListener> news) {
            context.runOnContext(_ -> news.accept(listener));
        }
    }

    void add(Context context, FeedListener listener) {
        all.add(new Listener(context, listener));
    }

    void remove(FeedListener listener) {
        all.removeIf(l -> l.listener().equals(listener));
    }

    /** In order with everything else that they are told. */
    void tell(Consumer<FeedListener> news) {
        all.forEach(listener -> listener.tell(news));
    }
}
