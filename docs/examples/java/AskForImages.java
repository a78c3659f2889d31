// SPDX-License-Identifier: Apache-2.0
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.JobId;
import dev.pullcast.contract.job.JobRecord;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.kafka.ContractSerdes;
import dev.pullcast.contract.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Asks for images on every worker: {@code java -cp … AskForImages.java CLIENT.PROPERTIES TOPIC-PREFIX IMAGE…}. Prints the
 * job's id when Kafka has it.
 */
class AskForImages {
    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        Properties client = new Properties();
        try (var in = Files.newBufferedReader(Path.of(args[0]))) {
            client.load(in);
        }
        List<ImageRequest> images =
                Arrays.stream(args).skip(2).map(ImageRequest::of).toList();
        PullJob job = PullJob.of(JobId.next(Instant.now()), images);
        try (KafkaProducer<String, JobRecord> producer =
                new KafkaProducer<>(client, new StringSerializer(), new ContractSerdes.JobSerializer())) {
            // The job's id is the key, so that whatever is said of the job later comes after it.
            producer.send(new ProducerRecord<>(new Topics(args[1]).jobs(), job.id(), job))
                    .get();
        }
        System.out.println(job.id());
    }
}
