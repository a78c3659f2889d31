// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.testkit.DevEngine.Ran;
import dev.pullcast.testkit.Processes;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModernJarIT {
    @TempDir
    private Path folder;

    @Test
    void picocliBecomesAJarWhoseEveryClassIsModernAndVerified() throws IOException {
        String classPath = System.getProperty("java.class.path");
        Path picocli = Arrays.stream(classPath.split(":"))
                .filter(entry -> entry.contains("/picocli-"))
                .map(Path::of)
                .findFirst()
                .orElseThrow();
        Path modern = folder.resolve("picocli.jar");
        ModernJar.main(new String[] {picocli.toString(), modern.toString()});

        try (JarFile jar = new JarFile(modern.toFile())) {
            List<JarEntry> classes = jar.stream()
                    .filter(entry -> entry.getName().endsWith(".class"))
                    .toList();
            assertThat(classes).hasSizeGreaterThan(100);
            for (JarEntry entry : classes) {
                byte[] bytes = jar.getInputStream(entry).readAllBytes();
                assertThat(ClassFile.of().parse(bytes).majorVersion()).isEqualTo(ClassFile.JAVA_17_VERSION);
            }
        }
        String others = Arrays.stream(classPath.split(":"))
                .filter(entry -> !entry.contains("/picocli-"))
                .collect(Collectors.joining(":"));
        Ran ran = Processes.run(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:+BytecodeVerificationLocal",
                        "-cp",
                        modern + ":" + others,
                        "dev.pullcast.cli.Pullcast",
                        "pull",
                        "--help"),
                Map.of());
        assertThat(ran.output()).contains("Usage: pullcast pull");
        assertThat(ran.exitCode()).isZero();
    }
}
