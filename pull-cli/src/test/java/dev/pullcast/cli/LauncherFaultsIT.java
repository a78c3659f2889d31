// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.command.ExitCodes;
import dev.pullcast.testkit.DevEngine.Ran;
import dev.pullcast.testkit.Processes;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The launcher in a checkout of which something is missing, broken or read-only: one sentence, never an error of bash. */
class LauncherFaultsIT {
    private static final Instant BUILT = Instant.parse("2026-01-02T00:00:00Z");
    private static final Map<String, String> NO_BUILD = Map.of("PULLCAST_NO_BUILD", "1");

    @TempDir
    private Path folder;

    private Path checkout;
    private Path target;

    /** A copy of the launcher over this test's own class path. */
    @BeforeEach
    void copy() throws IOException {
        checkout = Files.createDirectory(folder.resolve("check out"));
        target = Files.createDirectories(checkout.resolve("pull-cli/target"));
        Path scripts = Files.createDirectory(checkout.resolve("scripts"));
        Path original = Processes.checkout();
        Files.copy(original.resolve("pullcast"), checkout.resolve("pullcast"));
        Files.copy(original.resolve("scripts/jdk"), scripts.resolve("jdk"));
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        Files.setLastModifiedTime(checkout.resolve("pom.xml"), FileTime.from(BUILT.minusSeconds(60)));
        try (JarOutputStream empty = new JarOutputStream(Files.newOutputStream(target.resolve("pull-cli.jar")))) {
            empty.setComment("its classes stand in the other entries");
        }
        String classpath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> Files.exists(Path.of(entry)))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(":"));
        for (String name : List.of("classpath", "classpath-light", "classpath-pull")) {
            Files.writeString(target.resolve(name), classpath);
            Files.setLastModifiedTime(target.resolve(name), FileTime.from(BUILT));
        }
    }

    /** One thing that is wrong, the command that meets it, and what is to be read. */
    enum Fault {
        CLASS_PATH_MISSING(70, "classpath-light is missing, empty or cannot be read", "make build") {
            @Override
            void breakIt(LauncherFaultsIT test) throws IOException {
                Files.delete(test.target.resolve("classpath-light"));
            }
        },
        CLASS_PATH_IS_A_FOLDER(70, "classpath-light is missing, empty or cannot be read", "make build") {
            @Override
            void breakIt(LauncherFaultsIT test) throws IOException {
                Files.delete(test.target.resolve("classpath-light"));
                Files.createDirectory(test.target.resolve("classpath-light"));
            }
        },
        CLASS_PATH_EMPTY(70, "classpath-light is missing, empty or cannot be read", "make build") {
            @Override
            void breakIt(LauncherFaultsIT test) throws IOException {
                Files.writeString(test.target.resolve("classpath-light"), "");
            }
        },
        OUR_JAR_MISSING(70, "pull-cli.jar is missing", "make build") {
            @Override
            void breakIt(LauncherFaultsIT test) throws IOException {
                Files.delete(test.target.resolve("pull-cli.jar"));
            }
        },
        OUR_JAR_HALF_WRITTEN(70, "pull-cli.jar is missing, empty", "make build") {
            @Override
            void breakIt(LauncherFaultsIT test) throws IOException {
                Files.write(test.target.resolve("pull-cli.jar"), new byte[0]);
            }
        },
        A_LIBRARY_GONE(70, "picocli-0.jar is missing", "make build") {
            @Override
            void breakIt(LauncherFaultsIT test) throws IOException {
                Path file = test.target.resolve("classpath-light");
                Files.writeString(file, Files.readString(file) + ":" + test.folder.resolve("picocli-0.jar"));
            }
        },
        NOTHING_BUILT(70, "classpath-light is missing", "make build") {
            @Override
            void breakIt(LauncherFaultsIT test) throws IOException {
                Files.move(test.target, test.folder.resolve("gone"));
            }
        },
        SCRIPTS_GONE(70, "scripts/jdk is missing", "git status") {
            @Override
            void breakIt(LauncherFaultsIT test) throws IOException {
                Files.delete(test.checkout.resolve("scripts/jdk"));
            }
        },
        CLASSES_GONE(70, "this installation is incomplete", "make clean build") {
            @Override
            void breakIt(LauncherFaultsIT test) throws IOException {
                Path file = test.target.resolve("classpath-light");
                String without = Arrays.stream(Files.readString(file).split(":"))
                        .filter(entry -> !entry.contains("jackson-databind") && !entry.contains("jackson-core"))
                        .collect(Collectors.joining(":"));
                Files.writeString(file, without);
            }

            @Override
            List<String> command() {
                return List.of("images", "--json", "pom.xml");
            }
        };

        private final int code;
        private final String says;
        private final String toDo;

        Fault(int code, String says, String toDo) {
            this.code = code;
            this.says = says;
            this.toDo = toDo;
        }

        abstract void breakIt(LauncherFaultsIT test) throws IOException;

        List<String> command() {
            return List.of("--version");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsMissingOrBrokenIsNamedInOneSentenceWithWhatToDo(Fault fault) throws IOException {
        fault.breakIt(this);
        Ran ran = run(NO_BUILD, fault.command());
        assertThat(ran.output().lines())
                .as(ran.output())
                .singleElement()
                .asString()
                .startsWith("pullcast: ")
                .contains(fault.says, fault.toDo);
        assertThat(ran.exitCode()).isEqualTo(fault.code);
    }

    @Test
    void aWholeCheckoutRunsFromWhereverItIsCalled() {
        Map<String, String> environment = new HashMap<>(NO_BUILD);
        environment.put("CDPATH", folder.toString());
        Ran ran = Processes.run(
                List.of("bash", "-c", "cd \"$0\" && exec pull-cli/../pullcast --version", checkout.toString()),
                environment);
        assertThat(ran.output().lines()).singleElement().asString().startsWith("pullcast ");
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.OK);
    }

    @Test
    void withoutHomeItRunsToo() {
        Ran ran = Processes.run(
                List.of("env", "-u", "HOME", checkout.resolve("pullcast").toString(), "--version"), NO_BUILD);
        assertThat(ran.output().lines()).singleElement().asString().startsWith("pullcast ");
    }

    @Test
    void aFolderThatWasRemovedIsToldAsOne() throws IOException {
        Path gone = Files.createDirectory(folder.resolve("gone"));
        Ran ran = Processes.run(
                List.of(
                        "bash",
                        "-c",
                        "cd \"$0\" && rmdir \"$0\" && exec \"$1\" --version",
                        gone.toString(),
                        checkout.resolve("pullcast").toString()),
                NO_BUILD);
        assertThat(ran.output().lines().filter(line -> line.startsWith("pullcast: ")))
                .singleElement()
                .asString()
                .contains("the current folder was removed");
        assertThat(ran.output()).doesNotContain("Error occurred");
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.UNAVAILABLE);
    }

    @Test
    void aJdkThatIsGoneIsSearchedForAgain() throws IOException {
        Files.createDirectory(checkout.resolve(".pullcast"));
        Files.writeString(
                checkout.resolve(".pullcast/jdk"),
                "JAVA_HOME=" + System.getenv().getOrDefault("JAVA_HOME", "") + "\n" + folder.resolve("no-jdk") + "\n");
        Ran ran = run(NO_BUILD, List.of("--version"));
        assertThat(ran.output().lines()).singleElement().asString().startsWith("pullcast ");
        assertThat(Files.readString(checkout.resolve(".pullcast/jdk"))).doesNotContain("no-jdk");
    }

    @Test
    void aCheckoutThatCannotBeWrittenRunsWhatIsBuilt() throws IOException {
        Files.writeString(checkout.resolve(".pullcast"), "a file where the folder belongs");
        Ran ran = run(NO_BUILD, List.of("--version"));
        assertThat(ran.output().lines()).singleElement().asString().startsWith("pullcast ");

        Files.setLastModifiedTime(checkout.resolve("pom.xml"), FileTime.from(BUILT.plusSeconds(60)));
        Ran newer = run(Map.of(), List.of("--version"));
        assertThat(newer.output().lines())
                .singleElement()
                .asString()
                .contains("the sources changed since the last build", ".pullcast cannot be written", "make build");
        assertThat(newer.exitCode()).isEqualTo(ExitCodes.INTERNAL);
    }

    @Test
    void aCacheWithoutItsClassPathIsLeftAside() throws IOException {
        Path start = Files.createDirectory(target.resolve("start"));
        Files.writeString(start.resolve("light.aot"), "no cache");
        Ran missing = run(NO_BUILD, List.of("--version"));
        assertThat(missing.output().lines()).singleElement().asString().startsWith("pullcast ");

        Files.writeString(start.resolve("light.cp"), folder.resolve("old.jar") + ":" + target);
        Ran old = run(NO_BUILD, List.of("--version"));
        assertThat(old.output().lines()).singleElement().asString().startsWith("pullcast ");

        Files.copy(target.resolve("classpath-light"), folder.resolve("copy"));
        Files.writeString(
                start.resolve("light.cp"),
                target.resolve("pull-cli.jar") + ":" + Files.readString(target.resolve("classpath-light")));
        Ran broken = run(NO_BUILD, List.of("--version"));
        assertThat(broken.output().lines()).singleElement().asString().startsWith("pullcast ");
    }

    @Test
    void aCacheThatCannotBeMadeIsNamedInOneSentenceAndTheCommandRuns() throws IOException {
        Path aot = Files.writeString(
                checkout.resolve("scripts/aot"), "#!/bin/sh\necho 'No space left on device' >&2\nexit 70\n");
        assertThat(aot.toFile().setExecutable(true)).isTrue();
        Ran ran = run(Map.of(), List.of("--version"));
        assertThat(ran.output().lines()).hasSize(3).allMatch(line -> line.startsWith("pullcast"));
        assertThat(ran.output()).contains("the cache could not be made").contains("aot.log");
        assertThat(Files.readString(checkout.resolve(".pullcast/aot.log"))).contains("No space left on device");
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.OK);
    }

    @Test
    void aBuildThatFailsEndsWithOneSentenceBelowItsOwnWords() throws IOException {
        Path maven = Files.writeString(checkout.resolve("scripts/mvn"), "#!/bin/sh\necho '[ERROR] no'\nexit 1\n");
        assertThat(maven.toFile().setExecutable(true)).isTrue();
        Files.delete(target.resolve("pull-cli.jar"));
        Ran ran = run(Map.of(), List.of("--version"));
        assertThat(ran.output().lines().toList().getLast()).startsWith("pullcast: the build failed, see above");
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.INTERNAL);

        Files.writeString(maven, "#!/bin/sh\nexit 0\n");
        Ran without = run(Map.of(), List.of("--version"));
        assertThat(without.output().lines().toList().getLast())
                .startsWith("pullcast: the build succeeded, but ")
                .contains("pull-cli.jar is missing", "make clean build");
        assertThat(without.exitCode()).isEqualTo(ExitCodes.INTERNAL);
    }

    @Test
    void withoutFlockItBuildsAllTheSame() throws IOException {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        for (String tool : List.of("bash", "env", "dirname", "mkdir", "mv", "rm", "find", "readlink")) {
            Path real = Stream.of("/usr/bin/", "/bin/")
                    .map(place -> Path.of(place + tool))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow();
            Path wrapper = Files.writeString(bin.resolve(tool), "#!/bin/sh\nexec " + real + " \"$@\"\n");
            assertThat(wrapper.toFile().setExecutable(true)).isTrue();
        }
        Map<String, String> environment = new HashMap<>(NO_BUILD);
        environment.put("PATH", bin.toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        Ran ran = run(environment, List.of("--version"));
        assertThat(ran.output().lines()).singleElement().asString().startsWith("pullcast ");
    }

    @Test
    void aJavaOfAnotherMachineIsNamed() throws IOException {
        Path jdk = Files.createDirectories(folder.resolve("jdk"));
        Files.createDirectories(jdk.resolve("bin"));
        Files.createDirectories(jdk.resolve("lib"));
        Files.writeString(jdk.resolve("lib/modules"), "modules");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\n");
        for (String tool : List.of("java", "javac")) {
            Path file = Files.write(jdk.resolve("bin/" + tool), new byte[] {0x7f, 'E', 'L', 'F', 2, 2, 1, 0});
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        Map<String, String> environment = new HashMap<>(NO_BUILD);
        environment.put("JAVA_HOME", jdk.toString());
        Ran ran = run(environment, List.of("--version"));
        assertThat(ran.output().lines())
                .singleElement()
                .asString()
                .startsWith("pullcast: " + jdk.resolve("bin/java") + " does not run")
                .contains("JAVA_HOME");
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.UNAVAILABLE);
    }

    @ParameterizedTest
    @CsvSource({
        "true, TERM=xterm, true",
        "false, TERM=xterm, false",
        "true, NO_COLOR=1, false",
        "true, CLICOLOR=0, false",
        "true, TERM=dumb, false"
    })
    void helpHasColoursOnlyOnATerminalThatWantsThem(boolean terminal, String variable, boolean colours) {
        int at = variable.indexOf('=');
        Map<String, String> environment = new HashMap<>(NO_BUILD);
        environment.put("TERM", "xterm");
        environment.put(variable.substring(0, at), variable.substring(at + 1));
        environment.put("PULLCAST_JAVA_OPTS", "-Dpullcast.terminal=" + terminal);
        Ran ran = run(environment, List.of("pull", "--help"));
        assertThat(ran.output()).contains("pullcast pull");
        assertThat(ran.output().contains("\033[")).isEqualTo(colours);
        assertThat(run(environment, List.of()).output()).doesNotContain("\033[");
    }

    private Ran run(Map<String, String> environment, List<String> arguments) {
        List<String> command =
                new ArrayList<>(List.of(checkout.resolve("pullcast").toString()));
        command.addAll(arguments);
        return Processes.run(command, environment);
    }
}
