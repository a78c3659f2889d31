// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** HTML inside words for people: proxies answer with pages, and engines quote them whole. */
final class WebPage {
    private static final List<String> BEGINNINGS = List.of(
            "<!doctype",
            "<html",
            "<head>",
            "<head ",
            "<title>",
            "<body>",
            "<body ",
            "<h1>",
            "<center>",
            "<p>",
            "<?xml");
    private static final int MAX_TITLE = 120;

    private WebPage() {}

    /** Whether a page begins in the words. */
    static boolean isIn(String words) {
        return begin(lower(words)) >= 0;
    }

    /** The words up to the page, and the page's title in its place. */
    static String replaceIn(String words) {
        String lower = lower(words);
        int begin = begin(lower);
        if (begin < 0) {
            return words;
        }
        String before = words.substring(0, begin).stripTrailing();
        if (before.endsWith("\"")) {
            before = before.substring(0, before.length() - 1).stripTrailing();
        }
        String title = title(words, lower, begin);
        String page = title == null ? "(a web page)" : "(a web page: " + title + ")";
        return before.isEmpty() ? page : before + " " + page;
    }

    /** Of the same length, whatever language the words are in. */
    private static String lower(String words) {
        char[] chars = words.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            if (chars[i] >= 'A' && chars[i] <= 'Z') {
                chars[i] = (char) (chars[i] + ('a' - 'A'));
            }
        }
        return new String(chars);
    }

    private static int begin(String lower) {
        return BEGINNINGS.stream()
                .mapToInt(lower::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
    }

    private static @Nullable String title(String words, String lower, int from) {
        for (String element : List.of("title", "h1")) {
            int open = lower.indexOf("<" + element + ">", from);
            int close = open < 0 ? -1 : lower.indexOf("</" + element, open);
            if (close > 0) {
                String title = words.substring(open + element.length() + 2, close)
                        .replace('<', ' ')
                        .replace('>', ' ')
                        .replace("\\n", " ")
                        .replace("\\r", " ")
                        .strip();
                if (!title.isEmpty()) {
                    return title.length() > MAX_TITLE ? title.substring(0, MAX_TITLE) + "…" : title;
                }
            }
        }
        return null;
    }
}
