// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.text;

import java.util.ArrayList;
import java.util.List;

/** Divides the arguments of an instruction at white space that no quotes and no backslash keep. Pure. */
final class Words {
    private Words() {}

    /** The words with their quotes and backslashes. */
    static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        int at = afterBlanks(text, 0);
        while (at < text.length()) {
            int end = end(text, at);
            words.add(text.substring(at, end));
            at = afterBlanks(text, end);
        }
        return words;
    }

    /** The flags before the other arguments, and those. A flag's value may be in quotes, which are left out. */
    static Flags flags(String text) {
        List<Flag> flags = new ArrayList<>();
        int at = afterBlanks(text, 0);
        while (text.startsWith("--", at)) {
            int nameEnd = at + 2;
            while (nameEnd < text.length() && isNamePart(text.charAt(nameEnd))) {
                nameEnd++;
            }
            if (nameEnd == at + 2) {
                break;
            }
            String name = text.substring(at + 2, nameEnd);
            String value = "";
            at = nameEnd;
            if (at < text.length() && text.charAt(at) == '=') {
                int end = end(text, at + 1);
                value = text.substring(at + 1, end);
                at = end;
            }
            flags.add(new Flag(name, withoutQuotes(value)));
            at = afterBlanks(text, at);
        }
        return new Flags(flags, text.substring(at).strip());
    }

    /** Whether a text is a name as {@code ARG} may define it. */
    static boolean isName(String text) {
        boolean begins = !text.isEmpty() && isLetter(text.charAt(0));
        return begins && text.chars().allMatch(c -> isLetter((char) c) || (c >= '0' && c <= '9'));
    }

    private static boolean isLetter(char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isNamePart(char c) {
        return c == '-' || (c >= 'a' && c <= 'z');
    }

    private static String withoutQuotes(String value) {
        boolean quoted = value.length() > 1
                && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.charAt(value.length() - 1) == value.charAt(0);
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private static int afterBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Where a word ends; a quote that is not closed is a character like others. */
    private static int end(String text, int from) {
        int at = from;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            char c = text.charAt(at);
            int close = c == '"' || c == '\'' ? closing(text, at) : -1;
            at = close > 0 ? close + 1 : c == '\\' ? Math.min(text.length(), at + 2) : at + 1;
        }
        return at;
    }

    private static int closing(String text, int open) {
        char quote = text.charAt(open);
        for (int i = open + 1; i < text.length(); i++) {
            if (text.charAt(i) == quote) {
                return i;
            }
            i += text.charAt(i) == '\\' && quote == '"' ? 1 : 0;
        }
        return -1;
    }

    /** One flag, {@code --NAME} or {@code --NAME=VALUE}. */
    record Flag(String name, String value) {}

    /** The flags of an instruction, and its other arguments. */
    record Flags(List<Flag> flags, String rest) {
        List<String> of(String name) {
            return flags.stream()
                    .filter(flag -> flag.name().equals(name))
                    .map(Flag::value)
                    .toList();
        }
    }
}
