// SPDX-License-Identifier: Apache-2.0
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.kafka.ContractSerdes;
import dev.pullcast.contract.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Prints a job's events until its end, once each: {@code java -cp … FollowJob.java CLIENT.PROPERTIES TOPIC-PREFIX GROUP
 * JOB}.
 */
class FollowJob {
    public static void main(String[] args) throws IOException {
        Properties client = new Properties();
        try (var in = Files.newBufferedReader(Path.of(args[0]))) {
            client.load(in);
        }
        client.put("group.id", args[2]);
        client.put("auto.offset.reset", "earliest");
        // The coordinator writes in transactions.
        client.put("isolation.level", "read_committed");
        // After a crash an event may be there again, with the same id.
        Set<String> seen = new HashSet<>();
        try (KafkaConsumer<String, PullEvent> consumer =
                new KafkaConsumer<>(client, new StringDeserializer(), new ContractSerdes.EventDeserializer())) {
            consumer.subscribe(List.of(new Topics(args[1]).events()));
            while (true) {
                for (ConsumerRecord<String, PullEvent> record : consumer.poll(Duration.ofSeconds(1))) {
                    PullEvent event = record.value();
                    if (event.jobId().equals(args[3]) && seen.add(event.id())) {
                        System.out.println(event.type() + " " + event.id());
                        if (event instanceof PullEvent.JobCompleted || event instanceof PullEvent.JobRejected) {
                            return;
                        }
                    }
                }
            }
        }
    }
}
