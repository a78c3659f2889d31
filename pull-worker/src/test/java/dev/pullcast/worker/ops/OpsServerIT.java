// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.settings.HostRule;
import dev.pullcast.testkit.BlockedEventLoops;
import dev.pullcast.testkit.SseProbe;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Health and metrics of a worker over HTTP. */
class OpsServerIT {
    @RegisterExtension
    final BlockedEventLoops loops = new BlockedEventLoops();

    private volatile String wedged = "";
    private int port;

    @BeforeEach
    void listen() throws Exception {
        port = OpsServer.listen(
                        loops.vertx(),
                        "127.0.0.1",
                        0,
                        new HostRule(Set.of("worker.internal"), false),
                        () -> wedged,
                        () -> Map.of("engine", true),
                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .await(10, TimeUnit.SECONDS)
                .port();
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example, 421",
        "127.0.0.1.evil.example, 421",
        "10.0.0.1:8081, 421",
        "localhost, 200",
        "127.0.0.1:8081, 200",
        "[::1]:8081, 200",
        "WORKER.internal, 200"
    })
    void onlyNamesThatMeanThisWorkerAreAnswered(String host, int status) {
        for (String path : Set.of("/healthz", "/readyz", "/metrics")) {
            assertThat(SseProbe.get(port, path, "Host: " + host).status())
                    .as(path)
                    .isEqualTo(status);
        }
    }

    @Test
    void aWedgedEventLoopIsNotHealthy() {
        assertThat(SseProbe.get(port, "/healthz").status()).isEqualTo(200);
        wedged = "the event loop of the worker has not answered for 10 s";
        SseProbe.Answer answer = SseProbe.get(port, "/healthz");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains(wedged);
    }

    @Test
    void twoHostsAreRefused() {
        assertThat(SseProbe.get(port, "/metrics", "Host: localhost", "Host: localhost")
                        .status())
                .isEqualTo(400);
    }
}
