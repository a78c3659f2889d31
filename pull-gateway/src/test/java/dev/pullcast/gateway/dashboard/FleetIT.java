// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.contract.worker.WorkerStatus;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The fleet: all workers, and the page of one. */
class FleetIT extends OpenDashboard {
    private static final String ROW = "#workers-body > [role=row]";
    private static final String NAMES = "#workers-body [role=rowheader]";

    @Nested
    class TheTable {
        @Test
        void showsLabelsEngineStateAndFreeSpaceOfEachWorker() {
            gateway.send(Story.worker(WORKER, true));
            openAddress("#/workers");
            gateway.send(Story.worker(WORKER, true));
            awaitText(ROW, WORKER);
            assertThat(browser.text(ROW))
                    .contains(
                            "ready", "zone=eu-1", "docker 28.1.1 · linux/amd64", "412 GB free", "1 running, 2 queued");
            assertThat(browser.attribute(ROW + " time", "title")).contains("2026");
        }

        @Test
        void showsThoseThatNeedSomebodyFirst() {
            openAddress("#/workers");
            gateway.send(Story.worker("node-10", true));
            gateway.send(Story.worker("node-2", true));
            gateway.send(Story.worker("node-7", WorkerStatus.State.ENGINE_GONE));
            gateway.send(Story.worker("node-8", false));
            awaitCount(ROW, 4);
            assertThat(texts(NAMES)).hasToString("[node-8, node-7, node-2, node-10]");
            assertThat(texts(ROW + " .badge")).hasToString("[gone, engine-gone, ready, ready]");
            gateway.send(Story.worker("node-8", true));
            browser.await("the order", () -> texts(NAMES).toString().equals("[node-7, node-2, node-8, node-10]"));
        }

        @Test
        void isSearchedByNameLabelAndState() {
            openAddress("#/workers");
            gateway.send(Story.worker("node-1", true));
            gateway.send(Story.worker("other", false));
            awaitCount(ROW, 2);
            browser.type("#search", "zone=eu gone");
            awaitCount(ROW, 1);
            awaitText(ROW, "other");
            browser.type("#search", "x");
            awaitText("#no-worker-match", "No worker matches");
        }

        @Test
        void isDrawnAsFarAsItIsInView() {
            List<WorkerView> workers = IntStream.range(0, 1000)
                    .mapToObj(i -> Story.worker("node-%04d".formatted(i), true))
                    .toList();
            gateway.begin(new Snapshot(Story.LONG_AGO, List.of(), workers));
            openAddress("#/workers");
            awaitText(ROW, "node-0000");
            assertThat(browser.count(ROW)).isBetween(10, 60);
            browser.run("document.querySelector('#workers').scrollTop = 1e6");
            browser.await("the last row", () -> texts(NAMES).contains("node-0999"));
            assertThat(browser.count(ROW)).isBetween(10, 60);
        }
    }

    @Nested
    class AWorkersPage {
        @Test
        void showsItsFactsAndItsPullsOfAllJobsWithFailuresFirst() {
            gateway.send(story.accepted(List.of(WORKER, "node-2"), IMAGE), story.succeeded(WORKER, IMAGE));
            Story second = new Story("second");
            gateway.send(second.accepted(List.of(WORKER), "redis:7"), second.failed(WORKER, "redis:7", "unknown"));
            openAddress("#/workers/" + WORKER);
            awaitText("#worker-missing", "not known");
            gateway.send(story.accepted(List.of(WORKER, "node-2"), IMAGE), story.succeeded(WORKER, IMAGE));
            gateway.send(second.accepted(List.of(WORKER), "redis:7"), second.failed(WORKER, "redis:7", "unknown"));
            gateway.send(Story.worker(WORKER, true));
            awaitText("#worker-facts", "overlay2");
            assertThat(browser.text("#worker-facts")).contains("docker 28.1.1", "API 1.49", "412 GB free", "zone=eu-1");
            awaitCount("#worker-pulls > li", 2);
            assertThat(texts("#worker-pulls a")).hasToString("[redis:7, " + IMAGE + "]");
            assertThat(browser.text("#worker-pulls li")).contains("not-found", "Check the repository");
            browser.click("#worker-pulls a");
            awaitText("#pull-failure", "not-found");
        }
    }
}
