// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.doc;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Manual pages in roff (man(7)), one for each command. picocli's own generator writes AsciiDoc, which needs more tools. */
public final class ManPage {
    private ManPage() {}

    /** The page's name without section: {@code pullcast-pull}. */
    public static String nameOf(CommandSpec command) {
        return command.qualifiedName("-");
    }

    /** The page, as {@code man -l} reads it. */
    public static String of(CommandSpec command, String version) {
        UsageMessageSpec usage = command.usageMessage();
        StringBuilder page = new StringBuilder();
        page.append(".TH \"")
                .append(nameOf(command).toUpperCase(Locale.ROOT))
                .append("\" \"1\" \"\" \"pullcast ")
                .append(text(version))
                .append("\"\n.nh\n.ad l\n");
        String description = plain(String.join(" ", usage.description()));
        int sentence = description.indexOf(". ");
        String summary = sentence < 0 ? description : description.substring(0, sentence);
        section(page, "NAME", nameOf(command) + " - " + summary);
        synopsis(page, command);
        section(page, "DESCRIPTION", description);
        if (!command.subcommands().isEmpty()) {
            page.append(".SH COMMANDS\n");
            command.subcommands()
                    .forEach((name, sub) -> item(
                            page,
                            "\\fB" + text(name) + "\\fR",
                            plain(String.join(
                                    " ", sub.getCommandSpec().usageMessage().description()))));
        }
        if (!command.positionalParameters().isEmpty()) {
            page.append(".SH ARGUMENTS\n");
            command.positionalParameters().forEach(argument -> argument(page, argument));
        }
        page.append(".SH OPTIONS\n");
        command.options().stream().filter(option -> !option.hidden()).forEach(option -> option(page, option));
        exitCodes(page, usage.exitCodeList());
        if (usage.footer().length > 0) {
            page.append(".SH EXAMPLES\n.nf\n");
            List.of(usage.footer())
                    .forEach(line -> page.append(
                                    line(plain(line.replace("%nExamples:", "").strip())))
                            .append('\n'));
            page.append(".fi\n");
        }
        seeAlso(page, command);
        return page.toString();
    }

    private static void synopsis(StringBuilder page, CommandSpec command) {
        Help help = new Help(command, Help.defaultColorScheme(Help.Ansi.OFF));
        section(page, "SYNOPSIS", help.synopsis(0).strip().replaceAll("\\s+", " "));
    }

    private static void section(StringBuilder page, String title, String body) {
        page.append(".SH ").append(title).append('\n').append(line(body)).append('\n');
    }

    private static void argument(StringBuilder page, PositionalParamSpec argument) {
        item(page, "\\fI" + text(argument.paramLabel()) + "\\fR", plain(String.join(" ", argument.description())));
    }

    private static void option(StringBuilder page, OptionSpec option) {
        String names = "\\fB" + text(String.join(", ", option.names())) + "\\fR";
        String value = option.arity().max() > 0 ? " \\fI" + text(option.paramLabel()) + "\\fR" : "";
        item(page, names + value, plain(String.join(" ", option.description())));
    }

    private static void exitCodes(StringBuilder page, Map<String, String> codes) {
        if (!codes.isEmpty()) {
            page.append(".SH EXIT STATUS\n");
            codes.forEach((code, meaning) -> item(page, "\\fB" + text(code.strip()) + "\\fR", plain(meaning)));
        }
    }

    private static void seeAlso(StringBuilder page, CommandSpec command) {
        CommandLine parent = command.parent() == null ? null : command.parent().commandLine();
        if (parent != null) {
            section(page, "SEE ALSO", nameOf(parent.getCommandSpec()) + "(1)");
        } else {
            section(
                    page,
                    "SEE ALSO",
                    String.join(
                            ", ",
                            command.subcommands().values().stream()
                                    .map(sub -> nameOf(sub.getCommandSpec()) + "(1)")
                                    .toList()));
        }
    }

    private static void item(StringBuilder page, String head, String body) {
        page.append(".TP\n").append(head).append('\n').append(line(body)).append('\n');
    }

    private static String plain(String described) {
        return Help.Ansi.OFF.text(described.replace("%n", " ")).toString();
    }

    /** A line of its own: a dot or quote at its begin would be a request. */
    private static String line(String raw) {
        String escaped = text(raw);
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    private static String text(String raw) {
        return raw.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
    }
}
