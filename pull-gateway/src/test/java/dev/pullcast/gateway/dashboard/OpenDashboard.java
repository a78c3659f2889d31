// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import dev.pullcast.testkit.Browser;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Begins each test with an empty dashboard in headless Chromium, fed by a scripted gateway. */
abstract class OpenDashboard {
    static final String IMAGE = "postgres:17";
    static final String WORKER = "node-1";
    static final String JOB_ROW = "#jobs > li";
    static final String CELL = "#matrix-body [role=gridcell]";

    @SuppressWarnings("NullAway.Init") // by JUnit, before any test
    static Browser browser;

    @SuppressWarnings("NullAway.Init")
    ScriptedGateway gateway;

    final Story story = new Story("01JKT0Q4W2S8V5N9X3B7C6D1EF");

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
    void openTheDashboard() throws IOException {
        gateway = new ScriptedGateway(Story.nothing());
        browser.resize(1280, 900, false);
        browser.prefer("light");
        browser.console(); // what earlier pages said
        browser.open(gateway.url());
        awaitConnection("Live");
    }

    @AfterEach
    void leave() {
        if (browser == null || gateway == null) {
            return;
        }
        browser.open("about:blank");
        gateway.close();
    }

    static void awaitConnection(String text) {
        browser.await("connection: " + text, () -> browser.text("#connection").startsWith(text));
    }

    static void awaitText(String css, String text) {
        browser.await(css + " shows " + text, () -> browser.text(css).contains(text));
    }

    static void awaitCount(String css, int count) {
        browser.await(count + " of " + css, () -> browser.count(css) == count);
    }

    static void awaitBar(String css, int percent) {
        String wanted = Integer.toString(percent);
        browser.await(
                css + " at " + percent,
                () -> browser.attribute(css, "aria-valuenow").equals(wanted));
    }

    static void openTheJob() {
        awaitCount(JOB_ROW, 1);
        browser.click(JOB_ROW + " h2 a");
        browser.await("the job is open", () -> !browser.text("#job-title").isEmpty());
    }

    /** Goes to a page by its address, as a link from a chat does. */
    void openAddress(String hash) {
        browser.open("about:blank");
        browser.open(gateway.url() + hash);
        awaitConnection("Live");
    }

    /** Whether the focus is on an element that matches. */
    static boolean focusIsOn(String css) {
        return Boolean.TRUE.equals(browser.run("return document.activeElement.matches(arguments[0])", css));
    }

    /** The accessible name, or the text, of what has the focus. */
    static String focused() {
        return String.valueOf(
                browser.run("const e = document.activeElement; return e.getAttribute('aria-label') ?? e.innerText"));
    }

    static List<?> texts(String css) {
        Object texts = browser.run("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)", css);
        return texts instanceof List<?> list ? list : List.of();
    }
}
