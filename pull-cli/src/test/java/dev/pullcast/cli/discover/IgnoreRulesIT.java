// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules mean what git itself makes of them: {@code git check-ignore} is asked about the same files. */
class IgnoreRulesIT {
    private static final List<String> FILES = List.of(
            "a",
            "b",
            "ab",
            "abc",
            "a.yaml",
            "b.yml",
            "x y",
            "x ",
            "-",
            "]",
            "!",
            "#",
            "ö",
            "A",
            "1",
            "a-b",
            "foo",
            "foobar",
            "d/a",
            "d/b",
            "d/ab",
            "d/foo",
            "d/e/a",
            "d/e/b.yml",
            "d/e/f/a",
            "foo.d/a",
            "foo.d/bar",
            "fo/x/bar",
            "fo/bar",
            "a\\b",
            "a*b",
            "[a]",
            "^",
            "d/ö/a",
            "d/x y/a");

    /** Single rules with what is easily read wrong, from git's own tests (t0008, t3070) and documentation. */
    private static final List<String> RULES = List.of(
            "[z-a]",
            "[!]",
            "[",
            "[]",
            "[]]",
            "[!]]",
            "[]-]",
            "[a-]",
            "[-a]",
            "[^a]",
            "[!a]",
            "[a-c]",
            "[[:alpha:]]",
            "[[:digit:]]",
            "[![:alpha:]]",
            "[[:nope:]]",
            "[[:alpha:]",
            "[[:alpha]",
            "[[:upper:][:digit:]]",
            "[\\]]",
            "[\\-a]",
            "[a\\-c]",
            "[--1]",
            "\\a",
            "a\\",
            "\\!",
            "\\#",
            "!",
            "#",
            "x\\ y",
            "x\\ ",
            "x ",
            "x y ",
            "*",
            "**",
            "***",
            "*a*",
            "*a*a*a*a*a*a*a*a*b",
            "?",
            "??",
            "ö",
            "?ö",
            "[ö]",
            "/a",
            "/a/",
            "a/",
            "d/",
            "/d/",
            "d/*",
            "d/**",
            "d/**/a",
            "**/a",
            "**/e/**",
            "d/**/",
            "/**",
            "/**/a",
            "a/**",
            "fo**/bar",
            "fo*/**/bar",
            "**foo",
            "foo**",
            "d/**b",
            "d/*/a",
            "d/*/*",
            "*/",
            "*/a",
            "/*",
            "/*/",
            "!a",
            "d//a",
            "//a",
            "a\\\\b",
            "a\\*b",
            "\\[a\\]",
            "*\\",
            "d/e\\/a",
            "**\\/a",
            "foo.d/[b]ar",
            "[/]a",
            "d[/]a",
            "d[!x]a",
            "a\t",
            "\ta",
            "*.y?ml",
            "*.[yY]*ml",
            "^");

    @TempDir
    Path root;

    @BeforeEach
    void aRepository() throws Exception {
        assumeTrue(run(List.of("git", "--version"), "").startsWith("git "), "git is missing");
        run(List.of("git", "init", "-q"), "");
        for (String file : FILES) {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, "");
        }
    }

    @Test
    void singleRulesMeanWhatGitMakesOfThem() throws Exception {
        for (String rule : RULES) {
            compare(rule + "\n");
            compare("*\n!" + rule + "\n");
        }
    }

    @Test
    void generatedFilesOfRulesMeanWhatGitMakesOfThem() throws Exception {
        Random random = new Random(14);
        List<String> pieces = List.of(
                "a",
                "b",
                "o",
                "f",
                "d",
                "e",
                "*",
                "**",
                "?",
                "/",
                "/**/",
                "**/",
                "[a-c]",
                "[!a]",
                "[[:alpha:]]",
                "\\a",
                "\\",
                ".",
                "y",
                "ml",
                "foo",
                "x y",
                " ",
                "!",
                "[",
                "]",
                "ö");
        for (int i = 0; i < 250; i++) {
            StringBuilder text = new StringBuilder(random.nextInt(8) == 0 ? "\uFEFF" : "");
            int rules = 1 + random.nextInt(4);
            for (int r = 0; r < rules; r++) {
                text.append(random.nextInt(4) == 0 ? "!" : "");
                int length = 1 + random.nextInt(5);
                for (int p = 0; p < length; p++) {
                    text.append(pieces.get(random.nextInt(pieces.size())));
                }
                text.append(random.nextInt(5) == 0 ? "/" : "").append(random.nextInt(6) == 0 ? "\r\n" : "\n");
            }
            compare(text.toString());
        }
    }

    @Test
    void theNearerFileDecides() throws Exception {
        Files.writeString(root.resolve("d/.gitignore"), "!a\n/b\ne/a\n");
        compare("a\n*.yml\n");
    }

    /** Five stars took 28 seconds, and each further one thirty times as long. */
    @Test
    void starsTakeNoTime() {
        String name = "a".repeat(250) + ".yaml";
        assertTimeout(Duration.ofSeconds(5), () -> {
            for (String rule : List.of(
                    "*a".repeat(500) + "b",
                    "**/".repeat(500) + "b",
                    "a/**/".repeat(200) + "*b",
                    "[[:alpha:]a-z]*".repeat(100) + "!")) {
                assertThat(Wildmatch.of(rule).matches((name + "/").repeat(10) + name))
                        .isFalse();
            }
        });
    }

    private void compare(String rules) throws Exception {
        Files.writeString(root.resolve(".gitignore"), rules);
        Set<String> paths = new TreeSet<>(FILES);
        FILES.forEach(file -> {
            for (Path p = Path.of(file).getParent(); p != null; p = p.getParent()) {
                paths.add(p.toString());
            }
        });
        String answer =
                run(List.of("git", "check-ignore", "--no-index", "--stdin", "-z"), String.join("\0", paths) + "\0");
        Set<String> expected = new TreeSet<>(List.of(answer.split("\0", -1)));
        expected.remove("");
        Set<String> ours = new TreeSet<>();
        for (String path : paths) {
            if (isLeftOut(Path.of(path))) {
                ours.add(path);
            }
        }
        assertThat(ours).as("left out by %s", rules).isEqualTo(expected);
    }

    /** Asks from the root down, as a scan does: nothing below a folder that is left out comes back. */
    private boolean isLeftOut(Path path) {
        IgnoreRules rules = IgnoreRules.above(root);
        Path folder = root;
        for (Path name : path) {
            rules = rules.in(folder);
            folder = folder.resolve(name);
            if (rules.leavesOut(folder, Files.isDirectory(folder))) {
                return true;
            }
        }
        return false;
    }

    private String run(List<String> command, String input) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                .directory(root.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        builder.environment().put("GIT_CONFIG_SYSTEM", "/dev/null");
        Process process = builder.start();
        try (var out = process.getOutputStream()) {
            out.write(input.getBytes(UTF_8));
        }
        String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor(10, TimeUnit.SECONDS);
        return answer;
    }
}
