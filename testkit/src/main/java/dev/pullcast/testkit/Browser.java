// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium of the machine's own packages, with a profile of its own. Nothing is downloaded: where Chromium
 * or its driver is missing the test is skipped and says which package has it. Use from one thread.
 */
public final class Browser implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(15);
    /** Hand-made pages need no fine time steps; the machine may be busy with an engine and a broker. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final ChromeDriver driver;
    private final Path profile;

    private Browser(ChromeDriver driver, Path profile) {
        this.driver = driver;
        this.profile = profile;
    }

    /** Starts one, or skips the test that asked. */
    public static Browser start() {
        Optional<Path> chromium = Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(Browser::onPath)
                .findFirst();
        Optional<Path> chromedriver = onPath("chromedriver").findFirst();
        Assumptions.assumeTrue(
                chromium.isPresent() && chromedriver.isPresent(),
                "no Chromium: install the packages chromium and chromium-driver");
        try {
            Path profile = Files.createTempDirectory("pullcast-browser");
            ChromeDriverService service = new ChromeDriverService.Builder()
                    .usingDriverExecutable(chromedriver.orElseThrow().toFile())
                    .usingAnyFreePort()
                    .withTimeout(Duration.ofSeconds(60))
                    .build();
            return new Browser(new ChromeDriver(service, options(chromium.orElseThrow(), profile)), profile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ChromeOptions options(Path chromium, Path profile) {
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--no-proxy-server",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--lang=en-GB",
                "--window-size=1280,900",
                "--user-data-dir=" + profile);
        return options;
    }

    private static Stream<Path> onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable);
    }

    /** Goes to a page and waits until it has loaded. */
    public void open(String url) {
        driver.get(url);
    }

    /** What a script's {@code return} gives: a Boolean, Long, Double, String, List, Map or null. */
    public @Nullable Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** Text of the first element that matches as a person sees it; empty while there is none or it is hidden. */
    public String text(String css) {
        String script =
                "const e = document.querySelector(arguments[0]); return e?.checkVisibility() ? e.innerText : ''";
        return string(script, css).strip();
    }

    /** An attribute of the first element that matches; empty while there is none. */
    public String attribute(String css, String name) {
        return string("return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? ''", css, name);
    }

    /** How many elements match. */
    public int count(String css) {
        Object count = run("return document.querySelectorAll(arguments[0]).length", css);
        return ((Number) Objects.requireNonNull(count)).intValue();
    }

    private String string(String script, Object... arguments) {
        return (String) Objects.requireNonNull(run(script, arguments));
    }

    /** Clicks as a mouse does: fails if something covers it. */
    public void click(String css) {
        driver.findElement(By.cssSelector(css)).click();
    }

    /** Presses keys as on a keyboard, wherever the focus is. */
    public void press(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    /** Types into a field. */
    public void type(String css, String text) {
        driver.findElement(By.cssSelector(css)).sendKeys(text);
    }

    /** Looks until something holds. Fails after 15 s, saying what the page shows. */
    public void await(String what, Condition condition) {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not seen within " + BOUND.toSeconds() + " s: " + what + "\nconsole: "
                        + console() + "\npage: " + text("body"));
            }
            run("return new Promise(done => setTimeout(done, arguments[0]))", LOOK_EVERY.toMillis());
        }
    }

    /** The page as a telephone or a desktop of this size in CSS pixels shows it. */
    public void resize(int width, int height, boolean mobile) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", mobile));
    }

    /** What the person prefers: {@code dark} or {@code light}. */
    public void prefer(String colorScheme) {
        prefer(colorScheme, "no-preference");
    }

    /** What the person prefers: {@code dark} or {@code light}, and {@code reduce} or {@code no-preference} of motion. */
    public void prefer(String colorScheme, String motion) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", colorScheme),
                                Map.of("name", "prefers-reduced-motion", "value", motion))));
    }

    /**
     * What axe-core finds wrong on the page as it is, against WCAG 2.2 A and AA and its best practices: one line for each
     * rule, with the elements; empty if nothing.
     */
    public List<String> accessibilityProblems() {
        if (!Boolean.TRUE.equals(run("return typeof axe === 'object'"))) {
            run(axe());
        }
        List<?> found = (List<?>) Objects.requireNonNull(run("""
                return axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                  .then(({ violations }) => violations.map(v => `${v.id}: ${v.help}: ` +
                    v.nodes.slice(0, 5).map(n => `${n.target} ${n.any[0]?.message ?? ''}`).join(' | ')))"""));
        return found.stream().map(String::valueOf).toList();
    }

    private static String axe() {
        try (InputStream script = Browser.class.getResourceAsStream("/axe.min.js")) {
            return new String(Objects.requireNonNull(script, "axe-core").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A number that Chromium measures of the page, as {@code TaskDuration} in seconds; 0 if it does not. */
    public double metric(String name) {
        driver.executeCdpCommand("Performance.enable", Map.of());
        Object metrics =
                driver.executeCdpCommand("Performance.getMetrics", Map.of()).get("metrics");
        return ((List<?>) Objects.requireNonNull(metrics))
                .stream()
                        .map(metric -> (Map<?, ?>) metric)
                        .filter(metric -> name.equals(metric.get("name")))
                        .mapToDouble(metric -> ((Number) Objects.requireNonNull(metric.get("value"))).doubleValue())
                        .findFirst()
                        .orElse(0);
    }

    /** What the console has said since the last call: errors, refusals by the content security policy. */
    public List<String> console() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(entry -> entry.getLevel() + " " + entry.getMessage())
                .toList();
    }

    /** A PNG of what is in view. */
    public byte[] screenshot() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    @Override
    public void close() {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the browser's profile " + profile, e);
        }
    }

    /** Something to look for. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it is so now. */
        boolean holds();
    }
}
