// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.event.JobResult;
import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.gateway.Gateway;
import dev.pullcast.gateway.GatewayConfig;
import dev.pullcast.testkit.Browser;
import dev.pullcast.testkit.TestKafka;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** The dashboard as the real gateway serves it, driven by records in Kafka. */
class DashboardLiveIT {
    private static final String IMAGE = "postgres:17";
    private static final String WORKER = "node-1";
    private static final String CARD = "#jobs > li";
    private static final String CARD_BAR = CARD + " [role=progressbar]";

    @RegisterExtension
    final TestKafka kafka = new TestKafka();

    @SuppressWarnings("NullAway.Init") // by JUnit, before any test
    private static Browser browser;

    @SuppressWarnings("NullAway.Init")
    private Vertx vertx;

    @SuppressWarnings("NullAway.Init")
    private Gateway gateway;

    private final Story story = new Story("01JKT0Q4W2S8V5N9X3B7C6D1EF", Instant.now());

    @BeforeAll
    static void startTheBrowser() {
        browser = Browser.start();
    }

    @AfterAll
    static void stopTheBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void openTheDashboard() throws IOException, TimeoutException {
        vertx = Vertx.vertx();
        startTheGateway(freePort());
        browser.console(); // what earlier pages said
        browser.open("http://127.0.0.1:" + gateway.port() + "/");
        awaitText("#connection", "Live");
    }

    @AfterEach
    void stop() throws TimeoutException {
        if (vertx == null) {
            return;
        }
        browser.open("about:blank");
        await(gateway.close());
        await(vertx.close());
    }

    private void startTheGateway(int port) throws TimeoutException {
        Map<String, String> settings = new HashMap<>();
        settings.put("gateway.port", Integer.toString(port));
        settings.put("gateway.roles", "api");
        settings.put("topics.prefix", kafka.topics().prefix());
        settings.put("topics.partitions", Integer.toString(kafka.partitions()));
        kafka.clientSettings().forEach((key, value) -> settings.put("kafka." + key, value));
        GatewayConfig config = GatewayConfig.of(Settings.read(GatewayConfig.KEYS, null, Map.of(), settings));
        gateway = new Gateway(vertx, config, InstantSource.system());
        await(gateway.start());
    }

    /** Known before the start, so that a gateway can come back at the same address. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void await(Future<?> future) throws TimeoutException {
        future.await(30, TimeUnit.SECONDS);
    }

    private void write(PullEvent... events) {
        for (PullEvent event : events) {
            kafka.send(kafka.topics().events(), story.job, event);
        }
    }

    private static void awaitText(String css, String text) {
        browser.await(css + " shows " + text, () -> browser.text(css).contains(text));
    }

    private static void awaitBar(int percent) {
        String wanted = Integer.toString(percent);
        browser.await(
                "the bar at " + percent,
                () -> browser.attribute(CARD_BAR, "aria-valuenow").equals(wanted));
    }

    @Nested
    class RecordsInKafka {
        @Test
        void moveABarToItsEnd() {
            kafka.send(kafka.topics().workers(), WORKER, Story.heartbeat(WORKER, Instant.now()));
            awaitText("#total-workers", "1 of 1");
            write(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            write(story.layer(WORKER, IMAGE, LayerPhase.DOWNLOADING, 20_000_000L));
            write(story.progress(WORKER, IMAGE, 40));
            awaitBar(40);
            write(story.progress(WORKER, IMAGE, 75));
            awaitBar(75);
            write(story.succeeded(WORKER, IMAGE), story.completed(JobResult.SUCCEEDED, 1, 0));
            awaitBar(100);
            awaitText(CARD, "succeeded");
            assertThat(browser.console()).isEmpty();
        }

        @Test
        void areThereAgainWhenThePageIsOpenedAnew() {
            write(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            write(story.layer(WORKER, IMAGE, LayerPhase.EXTRACTING, 20_000_000L));
            write(story.progress(WORKER, IMAGE, 60));
            awaitBar(60);
            browser.open("http://127.0.0.1:" + gateway.port() + "/?again#/jobs/" + story.job);
            awaitText("#job-title", IMAGE);
            browser.await("a cell", () -> browser.count("#matrix-body [role=gridcell]") == 1);
            browser.click("#matrix-body [role=gridcell]");
            awaitText("#layers", "extracting");
            write(story.failed(WORKER, IMAGE, "manifest unknown"), story.completed(JobResult.FAILED, 0, 1));
            awaitText("#failures", "Check the repository and the tag");
            awaitText("#job-badge", "failed");
        }
    }

    @Nested
    class TheLog {
        @Test
        void beginsWithTheJobAlsoForAPageThatIsOpenedLater() {
            write(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            write(story.retrying(WORKER, IMAGE, "too many requests"), story.progress(WORKER, IMAGE, 60));
            awaitBar(60);
            browser.open("http://127.0.0.1:" + gateway.port() + "/?again#/jobs/" + story.job);
            awaitText("#job-title", IMAGE);
            browser.click("#log-box summary");
            awaitText("#log", "too many requests");
            awaitText("#log li:last-child", "accepted");
            write(story.succeeded(WORKER, IMAGE), story.completed(JobResult.SUCCEEDED, 1, 0));
            awaitText("#log li:first-child", "succeeded");
            assertThat(browser.console()).isEmpty();
        }
    }

    @Nested
    class WhenTheGatewayStartsAgain {
        @Test
        void thePageSaysSoAndGoesOn() throws TimeoutException {
            write(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            write(story.progress(WORKER, IMAGE, 30));
            awaitBar(30);
            int port = gateway.port();
            await(gateway.close());
            browser.await("the loss is told", () -> !browser.text("#connection").startsWith("Live"));
            write(story.progress(WORKER, IMAGE, 90));
            startTheGateway(port);
            awaitBar(90);
            awaitText("#connection", "Live");
        }
    }

    @Nested
    class TheForm {
        @Test
        void writesAJobAndTheButtonItsCancel() {
            browser.click("#new");
            browser.type("#images", "alpine:3.20\nbusybox");
            browser.click("#new-send");
            awaitText("#job-title", "alpine:3.20 and 1 more");
            browser.click("#cancel");
            browser.click("#cancel-dialog button[value=cancel]");
            List<JsonNode> written = kafka.readUntil(kafka.topics().jobs(), records -> records.size() == 2).stream()
                    .map(r -> ContractJson.mapper().readTree(r.value()))
                    .sorted(Comparator.comparing(json -> json.path("kind").asString()))
                    .toList();
            JsonNode cancel = written.getFirst();
            JsonNode job = written.getLast();
            assertThat(job.path("kind").asString()).isEqualTo("PullJob");
            assertThat(job.path("images").toString()).contains("alpine:3.20", "busybox");
            assertThat(cancel.path("kind").asString()).isEqualTo("CancelJob");
            assertThat(cancel.path("id")).isEqualTo(job.path("id"));
        }

        @Test
        void showsWhatIsWrongWithAJob() {
            browser.click("#new");
            int tooMany = JobLimits.DEFAULT.maxImages() + 1;
            browser.run("document.querySelector('#images').value = 'alpine '.repeat(arguments[0])", tooMany);
            browser.click("#new-send");
            awaitText("#new-error", "images");
        }
    }
}
