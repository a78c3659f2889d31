// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.presence;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.kafka.Topics;
import dev.pullcast.contract.worker.WorkerStatus;
import dev.pullcast.worker.pull.PullReporter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Makes sure that no two live workers share an id. On this machine a file lock tells; across machines the heartbeats: a
 * live one of another incarnation that beats again while we watch is a second holder. Our own dead predecessor, known
 * by the lock file, does not make a restarted worker wait. Blocks; for worker threads.
 */
public final class IdentityGuard implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);

    private final Path file;
    private final FileChannel channel;

    private IdentityGuard(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Another live worker has this id; the message says which and what to do. */
    public static final class IdentityTaken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        IdentityTaken(String message) {
            super(message);
        }
    }

    /**
     * Takes the id for this process.
     *
     * @param lockFile kept locked until {@link #close()}
     * @param client settings of Kafka clients
     * @throws IdentityTaken if another live worker has the id
     * @throws IOException if the lock file cannot be used
     */
    public static IdentityGuard take(
            PullReporter.Identity self, Path lockFile, Map<String, String> client, Topics topics, InstantSource clock)
            throws IOException {
        Files.createDirectories(lockFile.toAbsolutePath().getParent());
        FileChannel channel = FileChannel.open(
                lockFile, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (!lock(channel)) {
                throw new IdentityTaken("a worker with the id '" + self.worker() + "' already runs on this machine (its"
                        + " lock is " + lockFile + "); stop it, or give this one another worker.id");
            }
            String predecessor = read(channel);
            awaitFree(self, predecessor, client, topics, clock);
            write(channel, self.incarnation());
            return new IdentityGuard(lockFile, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(128);
        channel.read(buffer, 0);
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8).strip();
    }

    private static void write(FileChannel channel, String incarnation) throws IOException {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(incarnation.getBytes(StandardCharsets.UTF_8)), 0);
    }

    private static void awaitFree(
            PullReporter.Identity self,
            String predecessor,
            Map<String, String> client,
            Topics topics,
            InstantSource clock) {
        Map<String, Object> config = new HashMap<>(client);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            int partitions = consumer.partitionsFor(topics.workers()).size();
            TopicPartition mine = new TopicPartition(topics.workers(), Topics.partitionOf(self.worker(), partitions));
            consumer.assign(List.of(mine));
            consumer.seekToBeginning(List.of(mine));
            long end = consumer.endOffsets(List.of(mine)).getOrDefault(mine, 0L);
            WorkerStatus holder = null;
            while (consumer.position(mine) < end) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    holder = newer(self, record, holder);
                }
            }
            WorkerStatus first = holder;
            while (holder != null && !holder.incarnation().equals(predecessor) && !holder.isExpired(clock.instant())) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    holder = newer(self, record, holder);
                }
                if (holder != null && first != null && holder.time().isAfter(first.time())) {
                    throw new IdentityTaken("another live worker has the id '" + self.worker() + "' (incarnation "
                            + holder.incarnation() + ", started " + holder.startedAt()
                            + "); stop it, or give this one another worker.id");
                }
            }
        }
    }

    private static @Nullable WorkerStatus newer(
            PullReporter.Identity self, ConsumerRecord<String, byte[]> record, @Nullable WorkerStatus holder) {
        if (!self.worker().equals(record.key())) {
            return holder;
        }
        if (record.value() == null) {
            return null;
        }
        try {
            return ContractJson.readWorker(record.value());
        } catch (JacksonException e) {
            return holder; // a record that nobody can read holds nothing
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public String toString() {
        return "IdentityGuard[" + file + "]";
    }
}
