// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.DevEngine.Ran;
import dev.pullcast.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands around the programs: units of systemd, the launcher as root, the security policy. */
class HardeningIT {
    @TempDir
    private Path folder;

    /** In tenths, as {@code --threshold} wants it: 2.5 and 1.5, where an ordinary unit has 9. */
    @ParameterizedTest
    @CsvSource({"worker, 25", "gateway, 15"})
    void theUnitsAreRightAndExposeLittle(String which, String threshold) throws IOException {
        Path analyze = Path.of("/usr/bin/systemd-analyze");
        Assumptions.assumeTrue(Files.isExecutable(analyze), "this machine has no systemd-analyze");
        Path unit = Processes.checkout().resolve("deploy/systemd/pullcast-" + which + ".service");
        Processes.run(
                        List.of(
                                analyze.toString(),
                                "security",
                                "--offline=true",
                                "--no-pager",
                                "--threshold=" + threshold,
                                unit.toString()),
                        Map.of())
                .orFail();
        // The checkout is elsewhere here.
        Path copy = folder.resolve(unit.getFileName());
        Files.writeString(copy, Files.readString(unit).replace("/opt/pullcast/pullcast", "/bin/true"));
        assertThat(Processes.run(List.of(analyze.toString(), "verify", copy.toString()), Map.of())
                        .output())
                .doesNotContain(unit.getFileName() + ":", "Unknown");
    }

    @Test
    void rootRunsNothingThatOthersMayChange() throws IOException {
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")), "only root has this to fear; the test needs it");
        Path checkout = Files.createDirectories(folder.resolve("checkout"));
        Files.copy(Processes.checkout().resolve("pullcast"), checkout.resolve("pullcast"));
        checkout.resolve("pullcast").toFile().setExecutable(true);
        Path jdk = Files.createDirectories(checkout.resolve(".pullcast")).resolve("jdk");
        Files.writeString(jdk, "JAVA_HOME=\n/tmp/evil\n");
        Processes.run(List.of("chown", "65534", jdk.toString()), Map.of()).orFail();
        refuses(checkout, jdk);
        Processes.run(List.of("chown", "0", jdk.toString()), Map.of()).orFail();
        Processes.run(List.of("chmod", "666", jdk.toString()), Map.of()).orFail();
        refuses(checkout, jdk);
        Files.delete(jdk);
        Path start = Files.createDirectories(checkout.resolve("pull-cli/target/start"));
        Path classpath = Files.writeString(start.resolve("light.cp"), "/tmp/evil.jar");
        Processes.run(List.of("chown", "65534", classpath.toString()), Map.of()).orFail();
        refuses(checkout, classpath);
    }

    private static void refuses(Path checkout, Path file) {
        Ran ran = Processes.run(List.of(checkout.resolve("pullcast").toString(), "--version"), Map.of());
        assertThat(ran.exitCode()).isEqualTo(77);
        assertThat(ran.output()).contains(file.toString(), "another user");
    }

    @Test
    void everyTestThatTheSecurityPolicyNamesExists() throws IOException {
        Set<String> named = Pattern.compile("`([A-Z][A-Za-z]+(?:IT|Test))`")
                .matcher(Files.readString(Processes.checkout().resolve("SECURITY.md")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        assertThat(named).hasSizeGreaterThan(10);
        assertThat(testClasses()).containsAll(named);
    }

    private static Set<String> testClasses() throws IOException {
        try (Stream<Path> all = Files.find(
                Processes.checkout(),
                20,
                (file, attributes) -> attributes.isRegularFile()
                        && file.toString().contains("/src/test/java/")
                        && file.toString().endsWith(".java"))) {
            return all.filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }
    }
}
