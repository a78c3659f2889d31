// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.testkit.TestKafka;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes many events fast: nobody waits for each of them to be acknowledged. */
final class EventWriter implements AutoCloseable {
    private final TestKafka kafka;
    private final KafkaProducer<String, byte[]> producer;

    EventWriter(TestKafka kafka) {
        this.kafka = kafka;
        Map<String, Object> settings = new HashMap<>(kafka.clientSettings());
        // Small, for tests that look at the memory of the whole process.
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 4L << 20);
        this.producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }

    /** Where the job's partition is. */
    @SuppressWarnings("FutureReturnValueIgnored") // flush() waits, and a lost event fails the test that looks for it
    void write(PullEvent event) {
        producer.send(new ProducerRecord<>(kafka.topics().events(), event.jobId(), ContractJson.write(event)));
    }

    /** An event that may be dropped for a slow reader but not replaced by a newer one. */
    static PullEvent step(String job, long seq, String message) {
        return new PullEvent.Retrying(
                GatewayFixture.origin(job, "w1", seq), FailureReason.NETWORK, message, 1, GatewayFixture.TIME);
    }

    void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close();
    }
}
