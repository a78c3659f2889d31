// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.gateway.ops.GatewayMetrics;
import dev.pullcast.testkit.BlockedEventLoops;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class JobPublisherIT {
    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @Test
    void gives_up_within_its_timeout_when_kafka_does_not_answer_and_blocks_nobody() throws Exception {
        JobPublisher publisher = new JobPublisher(
                loops.vertx(),
                Map.of("bootstrap.servers", "127.0.0.1:9"),
                Topics.DEFAULT,
                Duration.ofMillis(300),
                new GatewayMetrics());
        assertThat(publisher
                        .publish(PullJob.of("01K00000000000000000000000", List.of(ImageRequest.of("alpine"))))
                        .failed())
                .as("before it is open")
                .isTrue();
        publisher.open().await(20, TimeUnit.SECONDS);
        Future<JobPublisher.Written> published =
                publisher.publish(PullJob.of("01K00000000000000000000000", List.of(ImageRequest.of("alpine"))));

        Awaitility.await().atMost(Duration.ofSeconds(5)).until(published::failed);
        assertThat(published.cause()).isNotNull();
        publisher.close();
    }
}
