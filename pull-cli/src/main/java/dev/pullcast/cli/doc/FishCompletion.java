// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.doc;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Completions for fish, which picocli does not make: commands, options, and values of options (fish, complete(1)). */
public final class FishCompletion {
    private FishCompletion() {}

    /** A script that fish can source. */
    public static String of(CommandSpec root) {
        List<String> lines = new ArrayList<>();
        String program = root.name();
        lines.add("# fish completion for " + program + "; in config.fish: " + program + " completion fish | source");
        lines.add("complete -c " + program + " -e");
        lines.add("complete -c " + program + " -f");
        root.options().forEach(option -> option(lines, program, "__fish_use_subcommand", option));
        root.subcommands().forEach((name, command) -> {
            CommandSpec spec = command.getCommandSpec();
            if (spec.usageMessage().hidden()) {
                return;
            }
            lines.add("complete -c " + program + " -n __fish_use_subcommand -a " + name + " -d "
                    + quoted(first(spec.usageMessage().description())));
            String here = "'__fish_seen_subcommand_from " + name + "'";
            if (spec.positionalParameters().stream()
                    .anyMatch(p -> p.paramLabel().contains("PATH"))) {
                lines.add("complete -c " + program + " -n " + here + " -F");
            }
            spec.positionalParameters()
                    .forEach(p -> values(p.completionCandidates())
                            .forEach(value ->
                                    lines.add("complete -c " + program + " -n " + here + " -a " + quoted(value))));
            spec.options().forEach(option -> option(lines, program, here, option));
        });
        return String.join("\n", lines) + "\n";
    }

    private static void option(List<String> lines, String program, String condition, OptionSpec option) {
        if (option.hidden()) {
            return;
        }
        StringBuilder line = new StringBuilder("complete -c " + program + " -n " + condition);
        for (String name : option.names()) {
            line.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        if (option.arity().max() > 0) {
            boolean file = option.type().equals(Path.class) || option.type().equals(File.class);
            line.append(file ? " -r -F" : " -x");
            List<String> values = values(option.completionCandidates());
            if (!values.isEmpty()) {
                line.append(" -a ").append(quoted(String.join(" ", values)));
            }
        }
        lines.add(
                line.append(" -d ").append(quoted(first(option.description()))).toString());
    }

    private static List<String> values(@org.jspecify.annotations.Nullable Iterable<String> candidates) {
        List<String> values = new ArrayList<>();
        if (candidates != null) {
            candidates.forEach(values::add);
        }
        return values;
    }

    /** The first sentence: a completion has one line. */
    private static String first(String[] description) {
        String text =
                CommandLine.Help.Ansi.OFF.text(String.join(" ", description)).toString();
        int end = text.indexOf(". ");
        return end < 0 ? text : text.substring(0, end + 1);
    }

    private static String quoted(String text) {
        return '\'' + text.replace("\\", "\\\\").replace("'", "\\'") + '\'';
    }
}
