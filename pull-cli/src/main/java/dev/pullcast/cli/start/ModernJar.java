// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.start;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Copies a jar with its class files raised to those of Java 17. The JVM keeps no classes in its AOT cache that are older
 * than Java 6 (class file version 50), because those have no stack maps and must be verified anew at every start; picocli
 * is compiled for Java 5.
 */
public final class ModernJar {
    private ModernJar() {}

    /**
     * Copies.
     *
     * @param args the jar, and where its copy goes
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("two arguments are needed: a jar, and where its copy goes");
        }
        copy(Path.of(args[0]), Path.of(args[1]));
    }

    static void copy(Path from, Path to) throws IOException {
        try (JarFile jar = new JarFile(from.toFile());
                JarOutputStream copy = new JarOutputStream(Files.newOutputStream(to))) {
            ClassFile classes = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(
                            ClassHierarchyResolver.ofResourceParsing(type -> open(jar, type.descriptorString()))
                                    .orElse(ClassHierarchyResolver.defaultResolver())));
            for (JarEntry entry : Collections.list(jar.entries())) {
                // A module's descriptor says what is in it, and it is not used: this is a class path.
                if (!entry.isDirectory() && !entry.getName().endsWith("module-info.class")) {
                    byte[] bytes = jar.getInputStream(entry).readAllBytes();
                    copy.putNextEntry(new JarEntry(entry.getName()));
                    copy.write(entry.getName().endsWith(".class") ? modern(classes, bytes) : bytes);
                    copy.closeEntry();
                }
            }
        }
    }

    private static byte[] modern(ClassFile classes, byte[] bytes) {
        ClassModel old = classes.parse(bytes);
        if (old.majorVersion() >= ClassFile.JAVA_17_VERSION) {
            return bytes;
        }
        ClassTransform raise = (builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(ClassFile.JAVA_17_VERSION, 0);
            } else {
                builder.with(element);
            }
        };
        // Code that is taken over as it is gets no stack maps.
        return classes.transformClass(old, raise.andThen(ClassTransform.transformingMethodBodies(CodeBuilder::with)));
    }

    private static @Nullable InputStream open(JarFile jar, String descriptor) {
        JarEntry entry = jar.getJarEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
