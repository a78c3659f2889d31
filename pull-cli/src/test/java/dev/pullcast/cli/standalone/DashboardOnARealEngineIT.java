// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.Browser;
import dev.pullcast.testkit.DevEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The whole way, seen by a person: a form, a real engine and registry, a real broker, a bar in a browser. */
class DashboardOnARealEngineIT {
    private static final String WORKER = "node-1";
    private static final String CELL = "#matrix-body [role=gridcell]";

    @RegisterExtension
    static final DevEngine ENGINE = new DevEngine();

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    static Path data;

    @SuppressWarnings("NullAway.Init") // before any test, as those below
    private static Browser browser;

    @SuppressWarnings("NullAway.Init")
    private static Standalone pullcast;

    private static String url = "";

    @BeforeAll
    static void startEverything() throws IOException, Standalone.StartFailed {
        browser = Browser.start();
        Map<String, String> settings =
                Map.of("gateway.port", Integer.toString(freePort()), "worker.id", WORKER, "topics.partitions", "3");
        Map<String, String> environment = Map.of("DOCKER_HOST", ENGINE.dockerHost());
        pullcast = new Standalone(UpConfig.of(null, data, environment, settings));
        url = pullcast.start();
    }

    @AfterAll
    static void stopEverything() {
        if (browser != null) {
            browser.close();
        }
        if (pullcast != null) {
            pullcast.close();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @BeforeEach
    void openTheDashboard() {
        browser.console(); // what earlier pages said
        browser.open(url + "/");
        awaitText("#total-workers", "1 of 1");
    }

    private static void awaitText(String css, String text) {
        browser.await(css + " shows " + text, () -> browser.text(css).contains(text));
    }

    private static void pull(String image) {
        browser.click("#new");
        browser.type("#images", image);
        browser.click("#new-send");
        awaitText("#job-title", image);
    }

    /** Writes down each value that the job's bar takes from now on. */
    private static void watchTheBar() {
        browser.run("""
                window.seen = [];
                const bar = document.querySelector('#job-bar');
                new MutationObserver(() => window.seen.push(Number(bar.getAttribute('aria-valuenow'))))
                  .observe(bar, { attributes: true, attributeFilter: ['aria-valuenow'] });""");
    }

    private static List<Integer> valuesOfTheBar() {
        List<?> seen = (List<?>) Objects.requireNonNull(browser.run("return window.seen"));
        return seen.stream().map(value -> ((Number) value).intValue()).toList();
    }

    @Test
    void anImageArrivesLayerByLayer() {
        String digest = Objects.requireNonNull(ENGINE.seed("watched:1", "--layers", "4", "--size", "40M,30M,20M,10M")
                .get("watched:1"));
        watchTheBar();
        pull(ENGINE.image("watched:1"));
        browser.await("a cell", () -> browser.count(CELL) == 1);
        browser.click(CELL);
        awaitText("#job-badge", "succeeded");
        List<Integer> values = valuesOfTheBar();
        assertThat(values).isSorted().endsWith(100).anyMatch(value -> value > 0 && value < 100);
        browser.await(
                "the bar at its end",
                () -> browser.attribute("#pull-bar", "aria-valuenow").equals("100"));
        assertThat(browser.count("#layers > li")).isEqualTo(4);
        assertThat(browser.attribute("#copy-digest", "data-copy")).isEqualTo(digest);
        assertThat(browser.text("#layers")).contains("complete");
        assertThat(ENGINE.has(ENGINE.image("watched:1"))).isTrue();
        assertThat(browser.console()).isEmpty();
    }

    @Test
    void anImageThatDoesNotExistSaysWhyAndWhatToDo() {
        pull(ENGINE.image("missing:1"));
        awaitText("#job-badge", "failed");
        assertThat(browser.text("#failures"))
                .contains("not-found", ENGINE.image("missing:1") + " on " + WORKER, "Check the repository and the tag");
    }

    @Test
    void aReferenceThatIsNoneSaysHowToWriteOne() {
        pull("UPPER/case");
        awaitText("#job-badge", "failed");
        assertThat(browser.text("#failures")).contains("invalid-reference", "UPPER/case", "in lower case");
    }
}
