// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import dev.pullcast.cli.render.Board;
import dev.pullcast.cli.render.Display;
import dev.pullcast.cli.render.Feed;
import dev.pullcast.cli.render.FleetDisplay;
import dev.pullcast.cli.render.Show;
import java.time.InstantSource;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Shows what a gateway tells, until it has ended or somebody has seen enough. */
public final class RemoteJob implements AutoCloseable {
    private final LinkedBlockingQueue<Feed> feed = new LinkedBlockingQueue<>();
    private final JobFollower follower;

    /**
     * What was heard.
     *
     * @param result all pulls
     * @param ledger which events arrived
     */
    public record Outcome(Show.Result result, EventLedger ledger) {}

    /**
     * Prepares.
     *
     * @param job its id; null for all jobs
     * @param patient whether it goes on however long the gateway is not there
     */
    public RemoteJob(GatewayClient gateway, @Nullable String job, boolean patient) {
        this.follower = new JobFollower(gateway, job, patient, feed::add);
    }

    /**
     * Blocks until the job has ended or can be followed no longer.
     *
     * @throws InterruptedException if the thread was
     */
    public Outcome follow(Display display, Board board, InstantSource clock) throws InterruptedException {
        Thread reader = start();
        Show.Result result = Show.run(feed, display, clock, board);
        follower.close();
        reader.join();
        return new Outcome(result, follower.ledger());
    }

    /**
     * Blocks until nothing more can be heard of the fleet, and says why.
     *
     * @throws InterruptedException if the thread was
     */
    public @Nullable String follow(FleetDisplay display, InstantSource clock) throws InterruptedException {
        start();
        return display.run(feed, clock);
    }

    /**
     * Ends the show from another thread; the job goes on.
     *
     * @param why is told as the problem; null if the caller tells it
     */
    public void stop(@Nullable String why) {
        feed.add(new Feed.End(why));
    }

    @Override
    public void close() {
        follower.close();
    }

    private Thread start() {
        return Thread.ofPlatform().daemon().name("events").start(follower::run);
    }
}
