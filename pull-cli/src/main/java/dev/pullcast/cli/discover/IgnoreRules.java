// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code .gitignore} files from the repository's root down to a folder (git-scm.com/docs/gitignore; git, {@code dir.c}):
 * the last pattern that matches decides, {@code !} takes back, a slash within a pattern binds it to its folder, one at
 * its end means folders only. Files and rules are bounded; what is beyond counts as not there. Immutable.
 */
final class IgnoreRules {
    /** Bytes of one file that are read. */
    static final int MAX_FILE_BYTES = 1024 * 1024;
    /** Rules that hold in one folder, its own and those from above. */
    static final int MAX_RULES = 5000;

    private static final int MAX_PATTERN = 4096;
    private static final IgnoreRules NONE = new IgnoreRules(List.of());

    private final List<Rule> rules;

    /**
     * A pattern of the {@code .gitignore} in a folder.
     *
     * @param text the whole pattern where it has no wildcards, else what stands before the first one
     * @param wildcards null where there are none
     * @param nameOnly whether it is matched with a file's name; else with its path relative to the folder
     */
    private record Rule(
            Path folder,
            String text,
            @Nullable Wildmatch wildcards,
            boolean nameOnly,
            boolean foldersOnly,
            boolean takesBack) {
        boolean matches(Path path, boolean isFolder) {
            if ((foldersOnly && !isFolder) || !path.startsWith(folder)) {
                return false;
            }
            String subject = nameOnly
                    ? String.valueOf(path.getFileName())
                    : folder.relativize(path).toString().replace(File.separatorChar, '/');
            if (wildcards == null) {
                return subject.equals(text);
            }
            return subject.startsWith(text) && wildcards.matches(subject.substring(text.length()));
        }
    }

    private IgnoreRules(List<Rule> rules) {
        this.rules = rules;
    }

    /** Those of the folders above a folder, up to the root of its repository; none where there is no repository. */
    static IgnoreRules above(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        List<Path> above = new ArrayList<>();
        for (Path each = absolute; each != null; each = each.getParent()) {
            if (!each.equals(absolute)) {
                above.addFirst(each);
            }
            if (Files.exists(each.resolve(".git"))) {
                IgnoreRules rules = NONE;
                for (Path one : above) {
                    rules = rules.in(one);
                }
                return rules;
            }
        }
        return NONE;
    }

    /** These and the ones of a folder's own {@code .gitignore}; git follows no link to one. */
    IgnoreRules in(Path folder) {
        Path file = folder.resolve(".gitignore");
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return this;
        }
        List<Rule> all = new ArrayList<>(rules);
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.UTF_8);
            Path base = folder.toAbsolutePath().normalize();
            lines(text).forEach(line -> {
                Rule rule = rule(base, line);
                if (rule != null && all.size() < MAX_RULES) {
                    all.add(rule);
                }
            });
        } catch (IOException e) {
            // Git itself goes on without a .gitignore that it cannot read.
        }
        return new IgnoreRules(List.copyOf(all));
    }

    /** Whether a file or folder is left out; folders above it are asked before. */
    boolean leavesOut(Path path, boolean isFolder) {
        Path absolute = path.toAbsolutePath().normalize();
        for (Rule rule : rules.reversed()) {
            if (rule.matches(absolute, isFolder)) {
                return !rule.takesBack();
            }
        }
        return false;
    }

    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int start = text.startsWith("\uFEFF") ? 1 : 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            String line = text.substring(start, end);
            line = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            int zero = line.indexOf('\0');
            lines.add(withoutBlanksAtTheEnd(zero < 0 ? line : line.substring(0, zero)));
            start = end + 1;
        }
        return lines;
    }

    /** Blanks at the end do not count, unless a backslash stands before them. */
    private static String withoutBlanksAtTheEnd(String line) {
        int firstBlank = -1;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c != ' ') {
                firstBlank = -1;
                i += c == '\\' ? 1 : 0;
            } else if (firstBlank < 0) {
                firstBlank = i;
            }
        }
        return firstBlank < 0 ? line : line.substring(0, firstBlank);
    }

    private static @Nullable Rule rule(Path folder, String line) {
        if (line.isEmpty() || line.startsWith("#") || line.length() > MAX_PATTERN) {
            return null;
        }
        boolean takesBack = line.startsWith("!");
        String pattern = takesBack ? line.substring(1) : line;
        boolean foldersOnly = pattern.endsWith("/");
        pattern = foldersOnly ? pattern.substring(0, pattern.length() - 1) : pattern;
        boolean nameOnly = pattern.indexOf('/') < 0;
        pattern = pattern.startsWith("/") ? pattern.substring(1) : pattern;
        if (pattern.isEmpty()) {
            return null;
        }
        int literal = 0;
        while (literal < pattern.length() && "*?[\\".indexOf(pattern.charAt(literal)) < 0) {
            literal++;
        }
        boolean hasWildcards = literal < pattern.length();
        // Git takes what is before the first wildcard away first, so that "a**/b" begins with the stars.
        String text = hasWildcards && nameOnly ? "" : pattern.substring(0, literal);
        Wildmatch wildcards = hasWildcards ? Wildmatch.of(pattern.substring(text.length())) : null;
        return new Rule(folder, text, wildcards, nameOnly, foldersOnly, takesBack);
    }
}
