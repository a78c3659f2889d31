// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import dev.pullcast.contract.kafka.TopicSetup;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.standalone.EmbeddedBroker;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker and a producer that writes evenly at a rate. */
final class Load implements AutoCloseable {
    static final int PARTITIONS = 12;
    static final String TOPIC = "pull.events";

    private final EmbeddedBroker broker;
    private final KafkaProducer<String, byte[]> producer;
    private final BenchEvent[] events =
            IntStream.range(0, PARTITIONS).mapToObj(_ -> new BenchEvent()).toArray(BenchEvent[]::new);

    Load(Path folder) {
        this.broker = EmbeddedBroker.in(folder);
        String servers = broker.start();
        TopicSetup.ensure(Map.of("bootstrap.servers", servers), new Topics("pull."), PARTITIONS, (short) 1);
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "linger.ms", "0"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    String servers() {
        return broker.bootstrapServers();
    }

    /**
     * Writes at this rate for so long.
     *
     * @return events written
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback is told
    long run(double perSecond, double seconds) {
        long count = Math.max(1, Math.round(perSecond * seconds));
        long start = System.nanoTime();
        for (long i = 0; i < count; i++) {
            long due = start + (long) (i * 1e9 / perSecond);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            int partition = (int) (i % PARTITIONS);
            BenchEvent event = events[partition];
            producer.send(new ProducerRecord<>(TOPIC, partition, event.job(), event.now()), (_, failure) -> {
                if (failure != null) {
                    System.err.println("an event was not written: " + failure);
                }
            });
        }
        producer.flush();
        return count;
    }

    @Override
    public void close() {
        producer.close();
        broker.close();
    }
}
