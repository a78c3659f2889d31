// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.gateway.feed.EventFeed;
import dev.pullcast.gateway.feed.FeedSettings;
import dev.pullcast.gateway.feed.KafkaLog;
import dev.pullcast.gateway.fleet.FleetView;
import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.testkit.TestKafka;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A feed of a real Kafka and a hub, whose streams write to sinks of the tests. */
final class HubFixture {
    final EventFeed feed;
    /** That of the hub, and of its sinks. */
    final Context loop;

    private final Vertx vertx = Vertx.vertx();
    private final GatewayMetrics metrics = new GatewayMetrics();
    private final KafkaLog log;
    private final SseHub hub;

    /** Starts, and waits until the past has been read. */
    HubFixture(TestKafka kafka, int queueFrames) throws Exception {
        InstantSource clock = InstantSource.system();
        FeedSettings settings = new FeedSettings(
                kafka.topics(), kafka.clientSettings(), 1 << 20, Duration.ofHours(1), JobLimits.DEFAULT);
        feed = new EventFeed(settings, new FleetView(new FleetView.Kept(10, 1_000), clock), clock, metrics);
        vertx.deployVerticle(feed).await(20, TimeUnit.SECONDS);
        log = KafkaLog.open(vertx, kafka.clientSettings()).await(20, TimeUnit.SECONDS);
        feed.connect(log, Future::succeededFuture).await(20, TimeUnit.SECONDS);
        feed.caughtUp().await(20, TimeUnit.SECONDS);
        SseSettings sse = new SseSettings(
                Duration.ofSeconds(15),
                Duration.ofHours(1),
                Duration.ofSeconds(60),
                queueFrames,
                1 << 20,
                1 << 17,
                10,
                1);
        loop = vertx.getOrCreateContext();
        hub = new SseHub(vertx, feed, new StreamTools(sse, metrics, clock));
        CountDownLatch started = new CountDownLatch(1);
        loop.runOnContext(_ -> hub.start().onSuccess(_ -> started.countDown()));
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
    }

    /** Opens a stream of everything that begins there. */
    void open(FakeSink sink, StreamRequest.Start start) {
        StreamRequest all = new StreamRequest(new StreamRequest.Firehose(), StreamFilter.ALL, start);
        loop.runOnContext(_ -> hub.open(() -> Future.succeededFuture(new Opening.Show(all)), sink, "test", () -> {}));
    }

    /** Ends all of it. */
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
        log.close();
        metrics.close();
    }
}
