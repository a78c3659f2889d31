// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.TestKafka;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.kafka.client.producer.KafkaProducer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Events that follow each other closely go to Kafka together. */
class GatheringIT {
    @RegisterExtension
    final TestKafka kafka = new TestKafka(1);

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private long seq;

    private PullOrigin origin() {
        return new PullOrigin(
                "job", "w1", "pull", "i1", "app:1", "docker.io/library/app:1", null, null, 1, 0, ++seq, Instant.EPOCH);
    }

    private PullEvent.Progress progress(long bytes) {
        return new PullEvent.Progress(origin(), bytes, 100L, bytes, 0, 1, null, null);
    }

    private static <T> T on(Context context, Supplier<Future<T>> work) throws Exception {
        Promise<T> promise = Promise.promise();
        context.runOnContext(_ -> work.get().onComplete(promise));
        return promise.future().await(60, TimeUnit.SECONDS);
    }

    @Test
    void theFirstGoesAtOnceTheOthersWaitAndTheEndTakesAlongWhatWaits() throws Exception {
        KafkaProducer<String, byte[]> producer = Producers.create(loops.vertx(), kafka.clientSettings());
        KafkaEventPublisher publisher = new KafkaEventPublisher(loops.vertx(), producer, kafka.topics());
        Context context = loops.vertx().getOrCreateContext();
        on(context, () -> {
            for (int bytes = 1; bytes <= 10; bytes++) {
                publisher.publish(progress(bytes), 0);
            }
            return publisher.publish(
                    new PullEvent.Succeeded(origin(), "sha256:" + "a".repeat(64), null, 1, 0, 1, 1, 1, 1), 0);
        });
        assertThat(publisher.conflated())
                .as("what newer ones replaced while it waited: all but the first and the last")
                .isEqualTo(8);
        List<Long> seqs = kafka.readAll(kafka.topics().events()).stream()
                .map(record -> ((PullEvent.OfPull) ContractJson.readEvent(record.value()))
                        .origin()
                        .seq())
                .toList();
        assertThat(seqs).containsExactly(1L, 10L, 11L);
        producer.close().await(20, TimeUnit.SECONDS);
    }

    @Test
    void whatWaitsGoesByItselfWhenNothingFollows() throws Exception {
        KafkaProducer<String, byte[]> producer = Producers.create(loops.vertx(), kafka.clientSettings());
        KafkaEventPublisher publisher = new KafkaEventPublisher(loops.vertx(), producer, kafka.topics());
        Context context = loops.vertx().getOrCreateContext();
        on(context, () -> {
            publisher.publish(progress(1), 0);
            return publisher.publish(progress(2), 0);
        });
        assertThat(kafka.readAll(kafka.topics().events())).hasSize(2);
        producer.close().await(20, TimeUnit.SECONDS);
    }
}
