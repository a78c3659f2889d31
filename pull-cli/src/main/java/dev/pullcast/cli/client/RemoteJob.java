// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.cli.render.Display;
import dev.pullcast.cli.render.Feed;
import dev.pullcast.cli.render.Show;
import java.time.InstantSource;
import java.util.concurrent.LinkedBlockingQueue;

/** Shows a job of a gateway until it has ended. */
public final class RemoteJob {
    private RemoteJob() {}

    /**
     * What was heard.
     *
     * @param result all pulls
     * @param ledger which events arrived
     */
    public record Outcome(Show.Result result, EventLedger ledger) {}

    /**
     * Blocks until the job has ended or can be followed no longer.
     *
     * @throws InterruptedException if the thread was
     */
    public static Outcome follow(GatewayClient gateway, String job, Display display, InstantSource clock)
            throws InterruptedException {
        LinkedBlockingQueue<Feed> feed = new LinkedBlockingQueue<>();
        try (JobFollower follower = new JobFollower(gateway, job, feed::add)) {
            Thread reader = Thread.ofPlatform().daemon().name("events").start(follower::run);
            Show.Result result = Show.run(feed, display, clock);
            reader.join();
            return new Outcome(result, follower.ledger());
        }
    }
}
