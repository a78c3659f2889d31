// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.testkit.SseProbe;
import dev.pullcast.testkit.TestKafka;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The largest jobs that are legal, as many as one project can send, at a gateway with a small heap. */
class LargeJobsIT {
    private static final int JOBS = 1_000;
    private static final int IMAGES = 1_000;
    private static final Duration START = Duration.ofSeconds(60);

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @TempDir
    Path dir;

    private TokensFile tokens;
    private int port;
    private Process gateway;

    @BeforeEach
    void tokens() throws IOException {
        tokens = new TokensFile(dir).add("a", "read:team-a enqueue:team-a").add("b", "read:team-b enqueue:team-b");
        port = BrokerProcess.freePort();
        gateway = startGateway(0);
    }

    @AfterEach
    void stop() {
        gateway.destroyForcibly();
    }

    private Process startGateway(int run) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                GatewayMain.class.getName()));
        builder.environment().put("PULLCAST_GATEWAY_PORT", Integer.toString(port));
        builder.environment().put("PULLCAST_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        builder.environment().put("PULLCAST_TOPICS_PREFIX", kafka.topics().prefix());
        builder.environment()
                .put("PULLCAST_GATEWAY_AUTH_TOKENS", tokens.setting().substring(20));
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(dir.resolve("gateway-" + run + ".log").toFile())
                .start();
        await().atMost(START).until(() -> isReady(process));
        return process;
    }

    private boolean isReady(Process process) throws IOException {
        assertThat(process.isAlive()).as(this::log).isTrue();
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(probe.isConnected()).isTrue();
        } catch (IOException e) {
            return false;
        }
        return SseProbe.get(port, "/readyz").status() == 200;
    }

    private String log() {
        try {
            StringBuilder all = new StringBuilder();
            for (int run = 0; run < 2 && Files.exists(dir.resolve("gateway-" + run + ".log")); run++) {
                all.append(Files.readString(dir.resolve("gateway-" + run + ".log")));
            }
            return all.toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** 1,000 images with names as long as they may be, for a worker that does not exist. */
    private static byte[] largeJob(String idField) {
        StringBuilder json = new StringBuilder("{" + idField + "\"project\":\"team-a\",\"images\":[");
        String host = "h".repeat(60) + '.' + "h".repeat(60) + ".example";
        for (int i = 0; i < IMAGES; i++) {
            json.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(host)
                    .append('/')
                    .append("p".repeat(240))
                    .append(i);
            json.append(':').append("t".repeat(128)).append('"');
        }
        return json.append("],\"target\":{\"workers\":[\"nobody\"]}}")
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Sends requests one after the other on one connection. */
    private final class Client implements AutoCloseable {
        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        private final BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        private final String who;

        Client(String who) throws IOException {
            this.who = who;
        }

        /** The status; the body is read and let go. */
        int post(byte[] job) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v1/pulls HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + tokens.header(who)
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + job.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.write(job);
            int status = Integer.parseInt(in.readLine().substring(9, 12));
            long length = 0;
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                    length = Long.parseLong(line.substring(15).strip());
                }
            }
            for (long left = length; left > 0; ) {
                left -= in.skip(left);
            }
            return status;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void oneProjectCanNeitherEndTheGatewayNorKeepOthersOutNorHinderItsRestart() throws Exception {
        List<Integer> statuses = new ArrayList<>();
        byte[] large = largeJob("");
        try (Client attacker = new Client("a");
                Client other = new Client("b")) {
            for (int i = 0; i < JOBS; i++) {
                statuses.add(attacker.post(large));
                if (i % 200 == 199) {
                    assertThat(other.post("{\"project\":\"team-b\",\"images\":[\"alpine\"]}"
                                    .getBytes(StandardCharsets.UTF_8)))
                            .as("of another project, after %s: %s", i, log())
                            .isEqualTo(202);
                }
            }
        }
        assertThat(statuses)
                .as("some are taken")
                .contains(202)
                .as("most are refused")
                .contains(429);
        assertThat(statuses).containsOnly(202, 429);
        snapshotIsServed();

        gateway.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        gateway = startGateway(1);
        snapshotIsServed();
    }

    @Test
    void norCanWhatIsWrittenToKafkaWithoutAskingIt() throws Exception {
        for (int i = 0; i < JOBS / 8; i++) {
            String id = UlidCreator.getMonotonicUlid().toString();
            kafka.sendBytes(kafka.topics().jobs(), null, id, largeJob("\"id\":\"" + id + "\","));
        }
        snapshotIsServed();
        gateway.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        gateway = startGateway(1);
        snapshotIsServed();
        String rejected = kafka.readUntil(kafka.topics().rejected(), read -> read.size() > 10)
                .getFirst()
                .key();
        assertThat(rejected).isNotNull();
    }

    private void snapshotIsServed() {
        assertThat(gateway.isAlive()).as(this::log).isTrue();
        try (SseProbe stream = SseProbe.open(port, "/v1/events", tokens.header("a"))) {
            JsonNode snapshot =
                    ContractJson.mapper().readTree(stream.nextEvent("snapshot").data());
            assertThat(snapshot.get("jobs").size()).isPositive();
            // What is left out is counted.
            assertThat(snapshot.toString().length()).isLessThan(16 * 1024 * 1024);
        }
        assertThat(gateway.isAlive()).as(this::log).isTrue();
    }
}
