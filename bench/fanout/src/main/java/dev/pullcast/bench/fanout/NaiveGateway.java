// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.fanout;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What everybody writes first: one Kafka consumer, and a loop that writes a string to each response. */
public final class NaiveGateway extends VerticleBase {
    private final int port;
    private final Set<HttpServerResponse> responses = new LinkedHashSet<>();

    private NaiveGateway(int port) {
        this.port = port;
    }

    /** Arguments: bootstrap servers, topic, partitions, port. Runs until the process is ended. */
    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        NaiveGateway gateway = new NaiveGateway(Integer.parseInt(args[3]));
        vertx.deployVerticle(gateway).await();
        Context loop = gateway.context;
        List<TopicPartition> partitions = IntStream.range(0, Integer.parseInt(args[2]))
                .mapToObj(p -> new TopicPartition(args[1], p))
                .toList();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", args[0]), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            while (true) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(250))) {
                    loop.runOnContext(_ -> gateway.tell(record));
                }
            }
        }
    }

    @Override
    public Future<HttpServer> start() {
        return vertx.createHttpServer(new HttpServerOptions().setAcceptBacklog(4096))
                .requestHandler(this::open)
                .listen(port, "127.0.0.1");
    }

    private void open(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        response.setChunked(true).putHeader("Content-Type", "text/event-stream");
        response.exceptionHandler(_ -> {});
        response.closeHandler(_ -> responses.remove(response));
        response.write(":\n\n");
        responses.add(response);
    }

    private void tell(ConsumerRecord<String, String> record) {
        String event = "id: " + record.partition() + "-" + record.offset() + "\ndata: " + record.value() + "\n\n";
        for (HttpServerResponse response : responses) {
            response.write(event);
        }
    }
}
