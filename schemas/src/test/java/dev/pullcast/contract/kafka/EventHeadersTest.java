// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import io.cloudevents.CloudEvent;
import io.cloudevents.SpecVersion;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.net.URI;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** Read back with the CloudEvents project's own library. */
class EventHeadersTest {
    private static final Instant TIME = Instant.parse("2026-11-21T02:00:00.120Z");

    @Test
    void makeAPullsEventACloudEvent() {
        PullOrigin origin = new PullOrigin(
                "job-1",
                "rack 1/node",
                "pull-1",
                "run-1",
                "a",
                "docker.io/library/a:latest",
                null,
                null,
                1,
                0,
                7,
                TIME);
        PullEvent event = new PullEvent.Started(origin);
        CloudEvent read = read(event);
        assertThat(read.getSpecVersion()).isEqualTo(SpecVersion.V1);
        assertThat(read.getId()).isEqualTo(event.id());
        assertThat(read.getType()).isEqualTo("dev.pullcast.pull.started.v1");
        assertThat(read.getSource()).isEqualTo(URI.create("/workers/rack%201%2Fnode"));
        assertThat(read.getSubject()).isEqualTo("job-1");
        assertThat(read.getTime()).isEqualTo(OffsetDateTime.parse("2026-11-21T02:00:00.120Z"));
        assertThat(read.getDataContentType()).isEqualTo("application/json");
        assertThat(Objects.requireNonNull(read.getData()).toBytes()).isEqualTo(ContractJson.write(event));
        assertThat(read.getExtensionNames()).isEmpty();
    }

    @Test
    void nameTheCoordinatorAsTheSourceOfAJobsEvent() {
        CloudEvent read = read(new PullEvent.JobRejected("job-1", TIME, null, List.of("images: is empty")));
        assertThat(read.getSource()).isEqualTo(URI.create("/coordinator"));
        assertThat(read.getType()).isEqualTo("dev.pullcast.job.rejected.v1");
        assertThat(read.getId()).isEqualTo("job-1/rejected");
    }

    private static CloudEvent read(PullEvent event) {
        RecordHeaders headers = new RecordHeaders(EventHeaders.of(event));
        return KafkaMessageFactory.createReader(headers, ContractJson.write(event))
                .toEvent();
    }
}
