// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;

/**
 * A transactional producer that writes without a transaction, as clients did before KIP-890: what it wrote stays open for
 * ever. Needs a broker with {@code transaction.partition.verification.enable=false}.
 */
final class HangingProducer {
    static final Map<String, String> BROKER_SETTINGS = Map.of("transaction.partition.verification.enable", "false");

    private static final short PRODUCE_OF_OLD_CLIENTS = 11;
    private static final short OFFSETS_OF_OLD_CLIENTS = 3;
    private static final int BEFORE_MEMBERS = -1;

    private final String server;
    private final String transactionalId;
    private final long producer;
    private final short epoch;

    HangingProducer(Admin admin, String server, String transactionalId) throws Exception {
        this.server = server;
        this.transactionalId = transactionalId;
        var known = admin.fenceProducers(List.of(transactionalId));
        this.producer = known.producerId(transactionalId).get();
        this.epoch = known.epochId(transactionalId).get();
    }

    /** Leaves a record open in a partition. */
    void write(TopicPartition partition, Instant at) throws Exception {
        MemoryRecords records = MemoryRecords.withTransactionalRecords(
                Compression.NONE,
                producer,
                epoch,
                0,
                new SimpleRecord(at.toEpochMilli(), "key".getBytes(UTF_8), "left open".getBytes(UTF_8)));
        var topics = new ProduceRequestData.TopicProduceDataCollection();
        topics.add(new ProduceRequestData.TopicProduceData()
                .setName(partition.topic())
                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                        .setIndex(partition.partition())
                        .setRecords(records))));
        ProduceRequestData data = new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(10_000)
                .setTransactionalId(transactionalId)
                .setTopicData(topics);
        send(ApiKeys.PRODUCE, new ProduceRequest(data, PRODUCE_OF_OLD_CLIENTS));
    }

    /** Leaves a group's offset open. */
    void commit(String group, TopicPartition partition) throws Exception {
        var data = new TxnOffsetCommitRequestData()
                .setTransactionalId(transactionalId)
                .setGroupId(group)
                .setProducerId(producer)
                .setProducerEpoch(epoch)
                .setGenerationId(BEFORE_MEMBERS)
                .setTopics(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic()
                        .setName(partition.topic())
                        .setPartitions(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition()
                                .setPartitionIndex(partition.partition())
                                .setCommittedOffset(0)))));
        send(ApiKeys.TXN_OFFSET_COMMIT, new TxnOffsetCommitRequest(data, OFFSETS_OF_OLD_CLIENTS));
    }

    private void send(ApiKeys key, AbstractRequest request) throws Exception {
        RequestHeader header = new RequestHeader(key, request.version(), "test", 1);
        ByteBuffer bytes = request.serializeWithHeader(header);
        String[] address = server.split(":", -1);
        try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            byte[] sent = new byte[bytes.remaining()];
            bytes.get(sent);
            out.writeInt(sent.length);
            out.write(sent);
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            ByteBuffer answer = ByteBuffer.wrap(in.readNBytes(in.readInt()));
            AbstractResponse response = AbstractResponse.parseResponse(answer, header);
            assertThat(response.errorCounts()).containsOnlyKeys(Errors.NONE);
        }
    }
}
