// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.publish;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import dev.pullcast.contract.kafka.EventHeaders;
import dev.pullcast.contract.kafka.Topics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaProducer;
import io.vertx.kafka.client.producer.KafkaProducerRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events to Kafka in order. After a quiet moment an event goes out at once; what follows within {@value
 * #GATHER_MILLIS} ms goes out together, because to Kafka and all who read from it a request costs more than what it
 * carries. A terminal event waits for nothing and takes along whatever waited.
 *
 * <p>A bounded number of records is under way; what comes on top waits here, where a newer byte update of a layer or
 * pull replaces the older one, so that memory depends on layers and not on time. Terminal events go to both topics and
 * count as published when both have acknowledged. All fields belong to the worker's context.
 */
public final class KafkaEventPublisher implements EventPublisher, RemovalPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaEventPublisher.class);
    private static final int MAX_UNDER_WAY = 256;
    private static final long GATHER_MILLIS = 25;
    private static final long RETRY_MILLIS = 2_000;

    private final Vertx vertx;
    private final KafkaProducer<String, byte[]> producer;
    private final Topics topics;
    private final Map<Object, Waiting> waiting = new LinkedHashMap<>();
    private boolean gathering;
    private int underWay;
    private long published;
    private long conflated;
    private long lost;

    private record Waiting(PullEvent.OfPull event, int partition, Promise<Void> done) {}

    /** What may be replaced by a newer one of the same kind. */
    private record Replaceable(String job, String pull, String what) {}

    /** Writes with this producer, which must be idempotent and never give up by itself. */
    public KafkaEventPublisher(Vertx vertx, KafkaProducer<String, byte[]> producer, Topics topics) {
        this.vertx = vertx;
        this.producer = producer;
        this.topics = topics;
    }

    @Override
    public Future<Void> publish(PullEvent.OfPull event, int partition) {
        Waiting entry = new Waiting(event, partition, Promise.promise());
        Object key = replaceable(event);
        Waiting older = waiting.remove(key);
        if (older != null) {
            conflated++;
            older.done().complete();
        }
        waiting.put(key, entry);
        if (event.isTerminal() || !gathering) {
            sendWaiting();
        }
        if (!gathering) {
            gather();
        }
        return entry.done().future();
    }

    @Override
    public Future<Void> publish(PullEvent.ImageRemoved event, int partition) {
        Promise<Void> done = Promise.promise();
        send(event, partition, done);
        return done.future();
    }

    private void send(PullEvent.ImageRemoved event, int partition, Promise<Void> done) {
        byte[] value = ContractJson.write(event);
        producer.send(record(topics.events(), event.job(), value, partition, EventHeaders.of(event)))
                .onComplete(result -> {
                    if (result.succeeded()) {
                        published++;
                        done.complete();
                    } else {
                        LOG.warn("Kafka refused {}, trying again: {}", event.id(), String.valueOf(result.cause()));
                        vertx.setTimer(RETRY_MILLIS, _ -> send(event, partition, done));
                    }
                });
    }

    private void gather() {
        gathering = true;
        vertx.setTimer(GATHER_MILLIS, _ -> {
            gathering = false;
            if (!waiting.isEmpty()) {
                sendWaiting();
                gather();
            }
        });
    }

    /** Events that wait here or at Kafka. */
    public int backlog() {
        return waiting.size() + underWay;
    }

    /** Acknowledged so far. */
    public long published() {
        return published;
    }

    /** Replaced by newer ones before they were sent. */
    public long conflated() {
        return conflated;
    }

    /** Refused by Kafka for good; never terminal ones. */
    public long lost() {
        return lost;
    }

    private static Object replaceable(PullEvent.OfPull event) {
        PullOrigin origin = event.origin();
        return switch (event) {
            case PullEvent.Layer layer ->
                new Replaceable(
                        origin.job(),
                        origin.pull(),
                        layer.layer() + '/' + layer.phase() + '/' + origin.attempt() + '/' + origin.engineRetry());
            case PullEvent.Progress _ -> new Replaceable(origin.job(), origin.pull(), "");
            case PullEvent.Queued _,
                    PullEvent.Started _,
                    PullEvent.Retrying _,
                    PullEvent.Succeeded _,
                    PullEvent.Skipped _,
                    PullEvent.Failed _,
                    PullEvent.Cancelled _ -> new Object();
        };
    }

    private void send(Waiting entry) {
        underWay++;
        PullEvent.OfPull event = entry.event();
        PullOrigin origin = event.origin();
        byte[] value = ContractJson.write(event);
        Iterable<Header> headers = EventHeaders.of(event);
        Future<?> sent = producer.send(record(topics.events(), origin.job(), value, entry.partition(), headers));
        if (event.isTerminal()) {
            String key = Topics.resultKey(origin.job(), origin.worker(), origin.pull());
            sent = Future.all(sent, producer.send(record(topics.results(), key, value, entry.partition(), headers)));
        }
        sent.onComplete(result -> {
            underWay--;
            if (result.succeeded()) {
                published++;
                entry.done().complete();
            } else {
                refused(entry, result.cause());
            }
            if (!gathering) {
                sendWaiting();
            }
        });
    }

    private void refused(Waiting entry, Throwable cause) {
        if (entry.event().isTerminal()) {
            LOG.warn(
                    "Kafka refused the result {}, trying again: {}",
                    entry.event().id(),
                    cause.toString());
            vertx.setTimer(RETRY_MILLIS, _ -> send(entry));
        } else {
            lost++;
            LOG.warn("Kafka refused the event {}: {}", entry.event().id(), cause.toString());
            entry.done().fail(cause);
        }
    }

    private void sendWaiting() {
        while (underWay < MAX_UNDER_WAY && !waiting.isEmpty()) {
            Object first = waiting.keySet().iterator().next();
            Waiting entry = waiting.remove(first);
            if (entry != null) {
                send(entry);
            }
        }
    }

    private static KafkaProducerRecord<String, byte[]> record(
            String topic, String key, byte[] value, int partition, Iterable<Header> headers) {
        KafkaProducerRecord<String, byte[]> record = KafkaProducerRecord.create(topic, key, value, partition);
        headers.forEach(h -> record.addHeader(h.key(), io.vertx.core.buffer.Buffer.buffer(h.value())));
        return record;
    }
}
