// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.instruction.ConstantInstruction.LoadConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds regular expressions in a module's classes that could backtrack over what strangers write. Allowed are: one plain
 * character in {@code String.split}, and patterns that are made once, in a static field, and that {@link PumpedPattern}
 * finds linear. Not allowed: {@code matches}, {@code replaceAll} and {@code replaceFirst} of String, whose expressions
 * nothing checks. Classes that read what no stranger writes may be left out, each with its reason.
 */
public final class LinearReading {
    private static final Set<String> OF_STRING = Set.of("matches", "replaceAll", "replaceFirst");
    private static final Set<String> SEARCHING = Set.of("find", "results", "replaceAll", "replaceFirst", "split");
    private static final String META = ".$|()[{^?*+\\";

    private LinearReading() {}

    /**
     * What is wrong, by class and method; empty if nothing is.
     *
     * @param anchor a class of the module
     * @param leftOut names of classes, without their packages, and why strangers do not reach them
     */
    public static List<String> problems(Class<?> anchor, Map<String, String> leftOut)
            throws IOException, URISyntaxException {
        Path location = Path.of(
                anchor.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(location)) {
            return problemsBelow(location, anchor, leftOut);
        }
        try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + location.toUri()), Map.of())) {
            return problemsBelow(jar.getPath("/"), anchor, leftOut);
        }
    }

    private static List<String> problemsBelow(Path root, Class<?> anchor, Map<String, String> leftOut)
            throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(file -> file.toString().endsWith(".class"))
                    .sorted()
                    .toList();
        }
        List<String> problems = new ArrayList<>();
        for (Path file : files) {
            ClassModel model = ClassFile.of().parse(Files.readAllBytes(file));
            String name = model.thisClass().asInternalName().replace('/', '.');
            String simple = name.substring(name.lastIndexOf('.') + 1);
            List<String> found = of(model, name, anchor.getClassLoader());
            if (!leftOut.containsKey(simple)) {
                problems.addAll(found);
            }
        }
        return problems;
    }

    private static List<String> of(ClassModel model, String name, ClassLoader loader) {
        List<String> problems = new ArrayList<>();
        boolean searches = false;
        for (MethodModel method : model.methods()) {
            String where = name + '.' + method.methodName().stringValue();
            List<CodeElement> code = method.code().map(c -> c.elementList()).orElse(List.of());
            Operand last = Operand.UNKNOWN;
            for (CodeElement element : code) {
                switch (element) {
                    case LoadConstantInstruction load
                    when load.constantEntry() instanceof StringEntry text -> last = new Operand(text.stringValue());
                    case FieldInstruction field
                    when field.name().equalsString("pathSeparator") -> last = new Operand(":");
                    case InvokeInstruction call -> {
                        String problem = problemWith(call, last, where);
                        if (!problem.isEmpty()) {
                            problems.add(problem);
                        }
                        searches |= call.owner().asInternalName().equals("java/util/regex/Matcher")
                                && SEARCHING.contains(call.name().stringValue());
                        last = Operand.UNKNOWN;
                    }
                    default -> {}
                }
            }
        }
        boolean hasPatterns =
                model.fields().stream().anyMatch(field -> field.fieldType().equalsString("Ljava/util/regex/Pattern;"));
        if (hasPatterns) {
            problems.addAll(ofPatterns(name, searches, loader));
        }
        return problems;
    }

    /** What was put on the stack last, as far as it is known. */
    private record Operand(String text) {
        static final Operand UNKNOWN = new Operand("(unknown)");

        boolean isOnePlainCharacter() {
            return (text.length() == 1 && META.indexOf(text.charAt(0)) < 0)
                    || (text.length() == 2 && text.charAt(0) == '\\' && META.indexOf(text.charAt(1)) >= 0);
        }
    }

    private static String problemWith(InvokeInstruction call, Operand last, String where) {
        String owner = call.owner().asInternalName();
        String name = call.name().stringValue();
        if (owner.equals("java/lang/String") && OF_STRING.contains(name)) {
            return where + " calls String." + name;
        }
        if (owner.equals("java/lang/String") && name.equals("split") && !last.isOnePlainCharacter()) {
            return where + " calls String.split with " + last.text();
        }
        boolean isMade = owner.equals("java/util/regex/Pattern") && (name.equals("compile") || name.equals("matches"));
        return isMade && !where.endsWith(".<clinit>") ? where + " calls Pattern." + name : "";
    }

    private static List<String> ofPatterns(String name, boolean searches, ClassLoader loader) {
        List<String> problems = new ArrayList<>();
        try {
            for (Field field : Class.forName(name, true, loader).getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == Pattern.class) {
                    field.setAccessible(true);
                    String problem = new PumpedPattern((Pattern) field.get(null), searches).problem();
                    if (!problem.isEmpty()) {
                        problems.add(name + '.' + field.getName() + ' ' + problem);
                    }
                }
            }
        } catch (ReflectiveOperationException e) {
            problems.add(name + " cannot be looked into: " + e);
        }
        return problems;
    }
}
