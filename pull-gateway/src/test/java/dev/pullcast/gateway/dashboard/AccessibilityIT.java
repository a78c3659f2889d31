// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.LayerPhase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The dashboard for everybody: by keyboard, by screen reader, in light and dark, large and small. */
class AccessibilityIT extends OpenDashboard {
    private static final Path SHOTS = Path.of("target", "dashboard");

    /** A worker that is ready, one that is gone, and a job with a pull of each kind. */
    private void tell() {
        gateway.send(Story.worker(WORKER, true));
        gateway.send(Story.worker("node-2", false));
        gateway.send(story.accepted(List.of(WORKER, "node-3"), IMAGE, "alpine:3.20", "redis:7"));
        gateway.send(story.started(WORKER, IMAGE));
        gateway.send(story.layer(WORKER, IMAGE, LayerPhase.DOWNLOADING, 20_000_000L));
        gateway.send(story.progress(WORKER, IMAGE, 42));
        gateway.send(story.succeeded(WORKER, "alpine:3.20"));
        gateway.send(story.retrying("node-3", IMAGE, "toomanyrequests"));
        gateway.send(story.failed("node-3", "redis:7", "manifest unknown"));
        awaitText(JOB_ROW + " .failure", "not-found");
    }

    @Nested
    class AxeFindsNothingWrong {
        @ParameterizedTest
        @ValueSource(strings = {"light", "dark"})
        void onAnyPage(String colours) throws IOException {
            browser.prefer(colours, "reduce");
            assertThat(browser.accessibilityProblems()).as("empty").isEmpty();
            tell();
            check("jobs", colours);
            browser.click("nav a[data-page=worker]");
            awaitText("#workers-body", WORKER);
            check("workers", colours);
            browser.click("#workers-body a");
            awaitText("#worker-title", "node-2");
            check("worker", colours);
            browser.click("nav a[data-page=job]");
            openTheJob();
            awaitCount(CELL, 6);
            browser.click("[data-key='" + WORKER + "'] [role=gridcell]");
            awaitText("#layers", "downloading");
            browser.click("#log-box summary");
            awaitText("#log", "started");
            check("job", colours);
            browser.click("#new");
            awaitText("#target-preview", WORKER);
            check("form", colours);
            assertThat(browser.console()).isEmpty();
        }

        private void check(String page, String colours) throws IOException {
            Files.createDirectories(SHOTS);
            Files.write(SHOTS.resolve(page + "-" + colours + ".png"), browser.screenshot());
            assertThat(browser.accessibilityProblems())
                    .as(page + ", " + colours)
                    .isEmpty();
        }
    }

    @Nested
    class WithTheKeyboardAlone {
        private void tabTo(String css) {
            for (int i = 0; i < 40 && !focusIsOn(css); i++) {
                browser.press(Keys.TAB);
                assertThat(focusIsVisible()).as("focus on " + focused()).isTrue();
            }
            assertThat(focusIsOn(css)).as(css + " is reached").isTrue();
        }

        private boolean focusIsVisible() {
            return Boolean.TRUE.equals(browser.run("""
                    const e = document.activeElement;
                    return e === document.body || (e.checkVisibility() && getComputedStyle(e).outlineStyle !== 'none')"""));
        }

        @Test
        void aPersonStartsAJobLooksAtALayerAndCancels() {
            gateway.answer(202, "{\"id\":\"" + story.job + "\",\"state\":\"pending\"}");
            tabTo("#skip");
            tabTo("#new");
            browser.press(Keys.ENTER);
            assertThat(focusIsOn("#images")).isTrue();
            browser.press(IMAGE);
            tabTo("#new-send");
            browser.press(Keys.ENTER);
            awaitText("#job-title", IMAGE);
            browser.await("focus on the title", () -> focusIsOn("#job-title"));
            gateway.send(story.accepted(List.of(WORKER), IMAGE), story.started(WORKER, IMAGE));
            gateway.send(story.layer(WORKER, IMAGE, LayerPhase.DOWNLOADING, 20_000_000L));
            awaitText(CELL, "%");
            tabTo(CELL);
            browser.press(Keys.ENTER);
            awaitText("#layers", "downloading");
            browser.press(Keys.ESCAPE);
            browser.run("document.querySelector('#job-title').focus()");
            tabTo("#cancel");
            browser.press(Keys.ENTER);
            tabTo("button[value=cancel]");
            browser.press(Keys.ENTER);
            browser.await("a request", () -> gateway.requests().size() == 2);
            assertThat(gateway.requests().getLast()).isEqualTo("DELETE /v1/pulls/" + story.job);
        }

        @Test
        void aPersonClosesTheFormAndIsWhereTheyWere() {
            tabTo("#new");
            browser.press(Keys.ENTER);
            browser.press(Keys.ESCAPE);
            assertThat(focusIsOn("#new")).isTrue();
            browser.press("/");
            assertThat(focusIsOn("#search")).isTrue();
        }

        @Test
        void aPersonSkipsToTheContentAndWalksThePages() {
            tell();
            tabTo("#skip");
            browser.press(Keys.ENTER);
            assertThat(focusIsOn("#jobs-title")).isTrue();
            tabTo(JOB_ROW + " a");
            browser.press(Keys.ENTER);
            browser.await("focus on the title", () -> focusIsOn("#job-title"));
            browser.run("history.back()");
            browser.await("focus on the list", () -> focusIsOn("#jobs-title"));
        }
    }

    @Nested
    class AScreenReader {
        @BeforeEach
        void listens() {
            tell();
            browser.run("""
                    window.said = [];
                    new MutationObserver(() => said.push(document.querySelector('#announce').textContent))
                      .observe(document.querySelector('#announce'), { childList: true, subtree: true });""");
        }

        @Test
        void isToldResultsButNotProgress() {
            for (int i = 43; i < 99; i++) {
                gateway.send(story.progress(WORKER, IMAGE, i));
            }
            gateway.send(story.failed(WORKER, IMAGE, "manifest unknown"));
            browser.await(
                    "an end told",
                    () -> String.valueOf(browser.run("return said")).contains("failed"));
            assertThat(browser.run("return said")).asString().doesNotContain("%");
            assertThat(browser.run("return said.length")).isEqualTo(1L);
            assertThat(browser.run("return document.querySelectorAll('main [aria-live], main [role=status]').length"))
                    .isEqualTo(0L);
        }

        @Test
        void hearsAHundredFailuresAsOneSentence() {
            for (int i = 0; i < 100; i++) {
                gateway.send(story.failed("node-" + (100 + i), IMAGE, "manifest unknown"));
            }
            browser.await(
                    "a sum", () -> String.valueOf(browser.run("return said")).contains("pulls failed, the newest"));
            assertThat((Long) browser.run("return said.length")).isLessThan(5);
        }
    }

    @Nested
    class OnEveryScreen {
        @Test
        void nothingIsWiderThanATelephoneAndAllTargetsAreLargeEnough() {
            String wide = "registry.example.com/" + "a".repeat(120) + ":latest";
            gateway.send(Story.worker("a-worker-with-a-name-of-sixty-characters-".repeat(2), true));
            gateway.send(story.accepted(List.of(WORKER), wide, IMAGE), story.started(WORKER, wide));
            gateway.send(story.layer(WORKER, wide, LayerPhase.DOWNLOADING, 1_000_000L));
            gateway.send(story.failed(WORKER, IMAGE, "x".repeat(300)));
            browser.resize(360, 740, true);
            awaitText(JOB_ROW + " .failure", "not-found");
            assertThatItFits();
            openTheJob();
            browser.click(CELL);
            awaitCount("#layers > li", 1);
            assertThatItFits();
            browser.click("#pull-close");
            browser.click("#new");
            assertThatItFits();
            browser.press(Keys.ESCAPE);
            browser.click("nav a[data-page=worker]");
            browser.await("a row", () -> !browser.text("#workers-body").isEmpty());
            assertThatItFits();
        }

        private void assertThatItFits() {
            assertThat(browser.run("return document.scrollingElement.scrollWidth"))
                    .isEqualTo(360L);
            Object small = browser.run("""
                    return [...document.querySelectorAll('button:not(.skip), input:not([type=checkbox]), select, summary, .check, h2 a, .crumbs a, [role=gridcell]')]
                      .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)
                      .map(e => e.outerHTML + e.getBoundingClientRect().height)""");
            assertThat(small).isEqualTo(List.of());
        }

        @Test
        void itIsDarkForThoseWhoPreferItOrChooseIt() {
            String background = "return getComputedStyle(document.body).backgroundColor";
            Object light = browser.run(background);
            browser.prefer("dark");
            assertThat(browser.run(background)).isEqualTo("rgb(13, 19, 26)").isNotEqualTo(light);
            browser.click("#theme");
            assertThat(browser.attribute("#theme", "aria-label")).isEqualTo("Colours: light");
            assertThat(browser.run(background)).isEqualTo(light);
            openAddress("#/");
            assertThat(browser.run(background)).isEqualTo(light);
            browser.click("#theme");
            browser.prefer("light");
            assertThat(browser.run(background)).isEqualTo("rgb(13, 19, 26)");
            browser.click("#theme");
            assertThat(browser.run(background)).isEqualTo(light);
        }

        @Test
        void nothingMovesForThoseWhoDoNotWantIt() {
            tell();
            String moving = "return getComputedStyle(document.querySelector('.bar i')).transitionDuration";
            assertThat(browser.run(moving)).isEqualTo("0.2s");
            browser.prefer("light", "reduce");
            assertThat(browser.run(moving)).isEqualTo("0s");
        }
    }

    @Nested
    class TextFromOutside {
        @Test
        void staysText() {
            String evil = "<img src=x onerror=window.hacked=1>";
            gateway.send(Story.worker("<b onclick=alert(1)>node</b>", true));
            gateway.send(story.accepted(List.of(WORKER), evil), story.started(WORKER, evil));
            gateway.send(story.failed(WORKER, evil, "<script>window.hacked=1</script>"));
            awaitText(JOB_ROW + " h2", evil);
            awaitText(JOB_ROW + " .failure", "<script>window.hacked=1</script>");
            openTheJob();
            browser.click(CELL);
            awaitText("#pull-image", evil);
            browser.click("nav a[data-page=worker]");
            awaitText("#workers-body", "<b onclick=alert(1)>node</b>");
            assertThat(browser.count("main img, main script, main b[onclick]")).isZero();
            assertThat(browser.run("return window.hacked ?? null")).isNull();
        }
    }
}
