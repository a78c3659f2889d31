// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code .gitignore} files from the repository's root down to a folder (git-scm.com/docs/gitignore): the last pattern
 * that matches decides, {@code !} takes back, a slash within a pattern binds it to its folder, one at its end means
 * folders only. Immutable.
 */
final class IgnoreRules {
    private static final IgnoreRules NONE = new IgnoreRules(List.of());

    private final List<Rule> rules;

    /** A pattern of the {@code .gitignore} in a folder, for paths relative to that folder. */
    private record Rule(Path folder, Pattern pattern, boolean foldersOnly, boolean takesBack) {
        boolean matches(Path path, boolean isFolder) {
            if ((foldersOnly && !isFolder) || !path.startsWith(folder)) {
                return false;
            }
            String relative = folder.relativize(path).toString().replace('\\', '/');
            return pattern.matcher(relative).matches();
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

    /** These and the ones of a folder's own {@code .gitignore}. */
    IgnoreRules in(Path folder) {
        Path file = folder.resolve(".gitignore");
        if (!Files.isRegularFile(file)) {
            return this;
        }
        List<Rule> all = new ArrayList<>(rules);
        try {
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\r?\n", -1)) {
                Rule rule = rule(folder.toAbsolutePath().normalize(), line);
                if (rule != null) {
                    all.add(rule);
                }
            }
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

    private static @Nullable Rule rule(Path folder, String line) {
        String glob = line.endsWith("\\ ") ? line : line.stripTrailing();
        if (glob.isEmpty() || glob.startsWith("#")) {
            return null;
        }
        boolean takesBack = glob.startsWith("!");
        glob = takesBack ? glob.substring(1) : glob;
        boolean foldersOnly = glob.endsWith("/");
        glob = foldersOnly ? glob.substring(0, glob.length() - 1) : glob;
        boolean bound = glob.indexOf('/') >= 0;
        glob = glob.startsWith("/") ? glob.substring(1) : glob;
        if (glob.isEmpty()) {
            return null;
        }
        return new Rule(folder, Pattern.compile((bound ? "" : "(?:.*/)?") + regex(glob)), foldersOnly, takesBack);
    }

    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        int i = 0;
        while (i < glob.length()) {
            char c = glob.charAt(i);
            int close = c == '[' ? glob.indexOf(']', i + 2) : -1;
            if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 3;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i += 2;
            } else if (c == '*') {
                regex.append("[^/]*");
                i++;
            } else if (c == '?') {
                regex.append("[^/]");
                i++;
            } else if (close > 0) {
                String set = glob.substring(i + 1, close);
                String inverse = set.startsWith("!") || set.startsWith("^") ? "^" : "";
                regex.append('[').append(inverse);
                regex.append(set.substring(inverse.length()).replaceAll("[\\\\\\[\\]&^]", "\\\\$0"))
                        .append(']');
                i = close + 1;
            } else {
                boolean escaped = c == '\\' && i + 1 < glob.length();
                regex.append(Pattern.quote(String.valueOf(escaped ? glob.charAt(i + 1) : c)));
                i += escaped ? 2 : 1;
            }
        }
        return regex.toString();
    }
}
