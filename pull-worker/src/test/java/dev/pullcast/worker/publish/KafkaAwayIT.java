// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.standalone.EmbeddedBroker;
import dev.pullcast.testkit.BlockedEventLoops;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.kafka.client.producer.KafkaProducer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A real broker that goes away while an engine talks on, and comes back. */
class KafkaAwayIT {
    private static final int LAYERS = 5;
    private static final int UPDATES = 20_000;
    /** What may be under way at Kafka, and beside it each layer's and pull's newest. */
    private static final int MOST_WAITING = 256 + LAYERS * LayerPhase.values().length + 10;

    private static final Topics TOPICS = new Topics("away.");

    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    @TempDir
    Path folder;

    private long seq;

    private PullOrigin origin() {
        return new PullOrigin(
                "job", "w1", "pull", "i1", "app:1", "docker.io/library/app:1", null, null, 1, 0, ++seq, Instant.EPOCH);
    }

    private PullEvent.Layer layer(int number, LayerPhase phase, long bytes) {
        return new PullEvent.Layer(origin(), "layer" + number, phase, bytes, (long) UPDATES, null);
    }

    private PullEvent.Succeeded succeeded() {
        return new PullEvent.Succeeded(origin(), "sha256:" + "a".repeat(64), null, 1, 0, LAYERS, 1, 1, 1);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static <T> T on(Context context, Supplier<T> work) throws Exception {
        Promise<T> promise = Promise.promise();
        context.runOnContext(_ -> promise.complete(work.get()));
        return await(promise.future());
    }

    private List<PullEvent> read(String servers, String topic) {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers);
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = Objects.requireNonNull(
                    consumer.endOffsets(List.of(partition)).get(partition));
            List<PullEvent> events = new ArrayList<>();
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    events.add(ContractJson.readEvent(record.value()));
                }
            }
            return events;
        }
    }

    @Test
    void memoryStaysBoundedAndPhasesAndResultsArriveInOrderWhenItIsBack() throws Exception {
        EmbeddedBroker first = EmbeddedBroker.in(folder);
        String servers = first.start();
        int port = Integer.parseInt(servers.substring(servers.lastIndexOf(':') + 1));
        assertThat(TopicSetup.ensure(Map.of("bootstrap.servers", servers), TOPICS, 1, (short) 1))
                .isNotInstanceOf(TopicSetup.Unusable.class);
        KafkaProducer<String, byte[]> producer = Producers.create(loops.vertx(), Map.of("bootstrap.servers", servers));
        KafkaEventPublisher publisher = new KafkaEventPublisher(loops.vertx(), producer, TOPICS);
        Context context = loops.vertx().getOrCreateContext();
        await(on(context, () -> publisher.publish(layer(0, LayerPhase.WAITING, 0), 0)));
        first.close();

        int backlog = on(context, () -> {
            for (LayerPhase phase : List.of(LayerPhase.DOWNLOADING, LayerPhase.EXTRACTING)) {
                for (int i = 1; i <= UPDATES / 2; i++) {
                    for (int number = 0; number < LAYERS; number++) {
                        publisher.publish(layer(number, phase, i), 0);
                    }
                }
            }
            return publisher.backlog();
        });
        assertThat(backlog).isLessThan(MOST_WAITING);
        Future<Void> result = on(context, () -> publisher.publish(succeeded(), 0));
        assertThat(result.isComplete()).isFalse();

        try (EmbeddedBroker second = new EmbeddedBroker(folder, port, Map.of())) {
            second.start();
            await(result);
            List<PullEvent> events = read(servers, TOPICS.events());
            assertThat(events).last().isInstanceOf(PullEvent.Succeeded.class);
            assertThat(events.stream()
                            .map(PullEvent.OfPull.class::cast)
                            .map(event -> event.origin().seq()))
                    .isSorted()
                    .doesNotHaveDuplicates();
            for (int number = 0; number < LAYERS; number++) {
                String name = "layer" + number;
                assertThat(events.stream()
                                .filter(PullEvent.Layer.class::isInstance)
                                .map(PullEvent.Layer.class::cast)
                                .filter(layer ->
                                        layer.layer().equals(name) && Objects.equals(layer.current(), UPDATES / 2L))
                                .map(PullEvent.Layer::phase))
                        .containsExactly(LayerPhase.DOWNLOADING, LayerPhase.EXTRACTING);
            }
            assertThat(read(servers, TOPICS.results())).singleElement().isInstanceOf(PullEvent.Succeeded.class);
            assertThat(on(context, publisher::lost)).isZero();
            await(producer.close());
        }
    }
}
