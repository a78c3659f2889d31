// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The page of one job: its images by worker, each layer, what was chosen, its events. */
class MatrixIT extends OpenDashboard {
    private static final List<String> WORKERS = List.of("node-2", "node-10", "node-1");
    private static final String NAMES = "#matrix-body [role=rowheader]";

    @Nested
    class AnImageOnAWorker {
        @BeforeEach
        void begins() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            gateway.send(story.layer(WORKER, IMAGE, LayerPhase.DOWNLOADING, 0L));
            gateway.send(story.layer(WORKER, IMAGE, LayerPhase.DOWNLOADING, 20_000_000L));
            openTheJob();
        }

        @Test
        void showsEachLayerUntilItIsThere() {
            browser.click(CELL);
            awaitBar("#layers [role=progressbar]", 20);
            assertThat(browser.text("#layers"))
                    .contains("0a1b2c3d4e5f", "downloading", "20.0 MB of 50.0 MB", "20.0 MB/s", "2 s left");
            gateway.send(story.layer(WORKER, IMAGE, LayerPhase.EXTRACTING, 25_000_000L));
            awaitText("#layers", "extracting");
            gateway.send(story.layer(WORKER, IMAGE, LayerPhase.COMPLETE, null), story.succeeded(WORKER, IMAGE));
            awaitBar("#layers [role=progressbar]", 100);
            awaitText("#pull-digest", "sha256:ab12ab12ab12");
            assertThat(browser.attribute("#copy-digest", "data-copy")).isEqualTo("sha256:" + "ab12".repeat(16));
            awaitText("#pull-badge", "succeeded");
            awaitText(CELL, "✓ done");
        }

        @Test
        void keepsItsEventsAsALog() {
            gateway.send(story.layer(WORKER, IMAGE, LayerPhase.EXTRACTING, 25_000_000L));
            browser.click("#log-box summary");
            awaitText("#log", "layer 0a1b2c3d4e5f extracting");
            assertThat(browser.text("#log")).contains("started", "accepted: 1 image on 1 worker");
            gateway.send(story.failed(WORKER, IMAGE, "manifest unknown"));
            awaitText("#log li:first-child", "failed: not-found · manifest unknown");
        }

        @Test
        void tellsOfEventsBeforeThePageWasOpenedEachOnceAndTheNewestFirst() {
            Story before = new Story(story.job, Instant.parse("2020-01-01T00:00:00Z"));
            PullEvent known = story.layer(WORKER, IMAGE, LayerPhase.EXTRACTING, 25_000_000L);
            gateway.past(
                    before.retrying(WORKER, IMAGE, "long ago"),
                    before.layer(WORKER, "another:1", LayerPhase.DOWNLOADING, 1L),
                    before.layer(WORKER, "another:1", LayerPhase.DOWNLOADING, 2L),
                    known);
            gateway.send(known);
            browser.click("#log-box summary");
            awaitText("#log", "long ago");
            awaitText("#log li:last-child", "long ago");
            List<?> lines = texts("#log li");
            assertThat(lines.stream().filter(line -> line.toString().contains("layer 0a1b2c3d4e5f extracting")))
                    .hasSize(1);
            assertThat(lines.stream().filter(line -> line.toString().contains("another:1")))
                    .as("bytes are no step")
                    .hasSize(1);
        }

        @Test
        void saysWhyItFailedAndWhatToDo() {
            gateway.send(story.failed(WORKER, IMAGE, "manifest unknown"));
            awaitText(CELL, "✕ not-found");
            browser.click(CELL);
            awaitText("#pull-failure", "Check the repository and the tag");
            assertThat(browser.text("#pull-failure")).contains("not-found", "manifest unknown");
        }

        @Test
        void isLostWhileItsWorkerIsNotHeardOf() {
            gateway.send(Story.worker(WORKER, true));
            gateway.send(Story.worker(WORKER, false));
            awaitText(CELL, "? worker gone");
            awaitText("#pull-filters", "Worker gone");
            gateway.send(Story.worker(WORKER, true));
            awaitText(CELL, "0 %");
            gateway.send(Story.worker(WORKER, false));
            gateway.send(story.succeeded(WORKER, IMAGE));
            awaitText(CELL, "✓ done");
        }

        @Test
        void saysWhenItIsTriedAgain() {
            gateway.send(story.retrying(WORKER, IMAGE, "toomanyrequests"));
            awaitText(CELL, "↻ rate-limited");
            awaitText(CELL, "toomanyrequests");
        }
    }

    @Nested
    class TheAddress {
        @Test
        void leadsToAPullAndBackLeadsOut() {
            gateway.send(story.accepted(WORKERS, IMAGE));
            openTheJob();
            awaitCount(CELL, 3);
            browser.click(CELL);
            awaitText("#pull-worker", "node-1");
            String address = String.valueOf(browser.run("return location.hash"));
            assertThat(address).startsWith("#/jobs/" + story.job + "?worker=node-1&pull=");
            browser.run("history.back()");
            awaitText(JOB_ROW, IMAGE);
            browser.run("location.hash = arguments[0]", address);
            awaitText("#pull-image", IMAGE);
            browser.click("#pull-worker");
            awaitText("#worker-title", "node-1");
            browser.run("history.back()");
            awaitText("#pull-image", IMAGE);
        }

        @Test
        void isCopiedByAButtonOrSaysThatItCannotBe() {
            gateway.send(story.accepted(List.of(WORKER), IMAGE));
            openTheJob();
            browser.click("#copy-job");
            browser.await(
                    "an answer",
                    () -> browser.text("#announce").equals("Copied.")
                            || browser.text("#announce").contains(story.job));
        }
    }

    @Nested
    class ManyWorkers {
        @Test
        void standInTheOrderOfTheirNumbersWithFailuresFirst() {
            gateway.send(story.accepted(WORKERS, "alpine:3.20", IMAGE));
            openTheJob();
            awaitCount(CELL, 6);
            assertThat(texts(NAMES)).hasToString("[node-1, node-2, node-10]");
            assertThat(texts("#matrix-head [role=columnheader]")).hasToString("[Worker, alpine:3.20, postgres:17]");
            gateway.send(story.failed("node-10", IMAGE, "manifest unknown"));
            browser.await("the failure first", () -> texts(NAMES).toString().equals("[node-10, node-1, node-2]"));
        }

        @Test
        void areNarrowedByFilterAndSearch() {
            gateway.send(story.accepted(WORKERS, "alpine:3.20", IMAGE));
            gateway.send(story.started("node-2", IMAGE), story.progress("node-2", IMAGE, 12));
            openTheJob();
            browser.click("#pull-filters [data-filter=running]");
            awaitCount(CELL, 1);
            awaitText(CELL, "12 %");
            browser.click("#pull-filters [data-filter='']");
            awaitCount(CELL, 6);
            browser.type("#search", "alpine node-10");
            awaitCount(CELL, 1);
            awaitText(NAMES, "node-10");
            browser.type("#search", " nowhere");
            awaitText("#matrix-empty", "No pull of this job matches");
        }

        @Test
        void areDrawnAsFarAsTheyAreInView() {
            List<String> workers = IntStream.range(0, 1000)
                    .mapToObj(i -> "node-%04d".formatted(i))
                    .toList();
            String[] images = IntStream.range(0, 10).mapToObj(i -> "image:" + i).toArray(String[]::new);
            gateway.send(story.accepted(workers, images));
            openTheJob();
            awaitText("#job-text", "0 of 10,000 there");
            assertThat(browser.attribute("#matrix", "aria-rowcount")).isEqualTo("1001");
            assertThat(browser.count(CELL)).isBetween(100, 500);
            browser.run("document.querySelector('#matrix').scrollTop = 1e6");
            browser.await("the last row", () -> texts(NAMES).contains("node-0999"));
            assertThat(browser.count(CELL)).isBetween(100, 500);
            browser.type("#search", "node-0999 image:7");
            awaitCount(CELL, 1);
            for (int i = 1; i <= 99; i++) {
                gateway.send(story.progress("node-0999", "image:7", i));
            }
            awaitText(CELL, "99 %");
        }
    }

    @Nested
    class ManyImages {
        @Test
        void goDownWhenThereAreMoreOfThemThanWorkers() {
            String[] images =
                    IntStream.range(0, 200).mapToObj(i -> "image:" + i).toArray(String[]::new);
            gateway.send(story.accepted(List.of("node-1", "node-2"), images));
            openTheJob();
            awaitText("#matrix-head", "node-2");
            assertThat(browser.attribute("#matrix", "aria-rowcount")).isEqualTo("201");
            assertThat(texts(NAMES).getFirst()).hasToString("image:0");
            assertThat(browser.count(CELL)).isLessThan(200);
        }

        @Test
        void areTurnedLikePagesWhenThereAreManyWorkersToo() {
            List<String> workers =
                    IntStream.range(0, 60).mapToObj(i -> "node-" + i).toList();
            String[] images = IntStream.range(0, 45).mapToObj(i -> "image:" + i).toArray(String[]::new);
            gateway.send(story.accepted(workers, images));
            openTheJob();
            awaitText("#columns-shown", "Images 1 to 20 of 45");
            browser.click("#columns-on");
            browser.click("#columns-on");
            awaitText("#columns-shown", "Images 41 to 45 of 45");
            assertThat(texts("#matrix-head [role=columnheader]"))
                    .hasToString("[Worker, image:40, image:41, image:42, image:43, image:44]");
        }
    }

    @Nested
    class TheKeyboard {
        @BeforeEach
        void aJob() {
            List<String> workers =
                    IntStream.range(0, 300).mapToObj(i -> "node-" + i).toList();
            gateway.send(story.accepted(workers, "alpine:3.20", IMAGE, "redis:7"));
            openTheJob();
            browser.await("cells", () -> browser.count(CELL) > 0);
            browser.run("document.querySelector('" + CELL + "[tabindex=\"0\"]').focus()");
        }

        @Test
        void walksTheMatrixWithOneTabStop() {
            assertThat(browser.count(CELL + "[tabindex='0']")).isOne();
            browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
            assertThat(focused()).startsWith(IMAGE + " on node-2: pending");
            browser.press(Keys.END);
            assertThat(focused()).startsWith("redis:7 on node-2:");
            browser.press(Keys.chord(Keys.CONTROL, Keys.END));
            assertThat(focused()).startsWith("redis:7 on node-299:");
            browser.press(Keys.PAGE_UP, Keys.HOME);
            assertThat(focused()).startsWith("alpine:3.20 on node-2").doesNotContain("node-299");
            browser.press(Keys.chord(Keys.CONTROL, Keys.HOME));
            assertThat(focused()).startsWith("alpine:3.20 on node-0:");
            assertThat(browser.count(CELL + "[tabindex='0']")).isOne();
        }

        @Test
        void opensACellAndComesBackToIt() {
            browser.press(Keys.ARROW_DOWN, Keys.ENTER);
            awaitText("#pull-worker", "node-1");
            browser.press(Keys.ESCAPE);
            browser.await("no details", () -> browser.text("#pull").isEmpty());
            assertThat(focused()).startsWith("alpine:3.20 on node-1:");
        }

        @Test
        void keepsTheFocusWhileRowsMoveAndScrollAway() {
            browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN);
            gateway.send(story.failed("node-200", IMAGE, "manifest unknown"));
            browser.await("the failure first", () -> texts(NAMES).getFirst().equals("node-200"));
            assertThat(focused()).startsWith("alpine:3.20 on node-3:");
            browser.run("document.querySelector('#matrix').scrollTop = 1e6");
            browser.await("the last row", () -> texts(NAMES).contains("node-299"));
            assertThat(focused()).startsWith("alpine:3.20 on node-3:");
            browser.press(Keys.ARROW_DOWN);
            assertThat(focused()).startsWith("alpine:3.20 on node-4:");
            browser.await(
                    "in view",
                    () -> Boolean.TRUE.equals(browser.run("return document.querySelector('#matrix').scrollTop < 400")));
        }
    }
}
