// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.job.CancelJob;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TestKafkaIT {
    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @Test
    void whatIsSentCanBeRead() {
        kafka.send(kafka.topics().jobs(), 2, "a", new CancelJob("a", null));
        kafka.sendBytes(kafka.topics().jobs(), 1, null, "no json".getBytes(UTF_8));

        assertThat(kafka.readAll(kafka.topics().jobs()))
                .extracting(r -> r.partition() + " " + new String(r.value(), UTF_8))
                .containsExactly("1 no json", "2 {\"kind\":\"CancelJob\",\"id\":\"a\"}");
        assertThat(kafka.readUntil(kafka.topics().jobs(), read -> read.size() == 2))
                .hasSize(2);
    }

    @Test
    void topicsOfAnotherTestAreNotSeen() {
        assertThat(kafka.readAll(kafka.topics().jobs())).isEmpty();
    }

    @Test
    void tooLittleIsReportedWithWhatWasRead() {
        kafka.send(kafka.topics().jobs(), "a", new CancelJob("a", "enough"));

        assertThatThrownBy(
                        () -> kafka.readUntil(kafka.topics().jobs(), read -> read.size() == 2, Duration.ofMillis(500)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("enough");
    }
}
