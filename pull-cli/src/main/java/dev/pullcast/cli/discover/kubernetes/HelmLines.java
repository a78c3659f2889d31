// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.kubernetes;

import java.util.List;

/**
 * What Helm writes before and behind manifests, on the same stream where a shell brings both together
 * ({@code 2>&1}): lines about a chart that it pulled, warnings, the head of a release and its notes. Pure.
 */
final class HelmLines {
    private static final List<String> BEGINNINGS = List.of(
            "Pulled:",
            "Digest:",
            "NAME:",
            "LAST DEPLOYED:",
            "NAMESPACE:",
            "STATUS:",
            "REVISION:",
            "DESCRIPTION:",
            "TEST SUITE:",
            "HOOKS:",
            "MANIFEST:",
            "WARNING:",
            "Warning:",
            "warning:",
            "Release \"",
            "Getting updates for ",
            "Hang tight while we ",
            "...Successfully got an update ",
            "...Unable to get an update ",
            "Update Complete.",
            "Saving ",
            "Downloading ",
            "Deleting outdated ",
            "level=",
            "time=",
            "\tGet ");
    private static final String NOTES = "NOTES:";
    private static final int MAX_SHOWN = 100;

    private HelmLines() {}

    /**
     * A part without them.
     *
     * @param yaml what is left, with an empty line for each line before it, so that positions stay
     * @param skipped the first line that was taken away, shortened; empty for none
     */
    record Rest(String yaml, String skipped) {}

    static Rest without(String part) {
        StringBuilder blank = new StringBuilder();
        String skipped = "";
        int at = 0;
        while (at < part.length()) {
            int end = lineEnd(part, at);
            String line = part.substring(at, end).strip();
            boolean isOf = isOfHelm(line);
            if (!isOf && !line.isEmpty() && !line.equals("---")) {
                break;
            }
            skipped = isOf && skipped.isEmpty() ? line : skipped;
            blank.append('\n');
            at = Math.min(part.length(), end + 1);
        }
        int notes = startOfNotes(part, at);
        String yaml = skipped.isEmpty() ? part.substring(0, notes) : blank + part.substring(at, Math.max(at, notes));
        skipped = skipped.isEmpty() && notes < part.length() ? NOTES : skipped;
        return new Rest(yaml, skipped.substring(0, Math.min(MAX_SHOWN, skipped.length())));
    }

    private static int lineEnd(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private static int startOfNotes(String part, int from) {
        for (int at = from; at < part.length(); at = lineEnd(part, at) + 1) {
            if (part.startsWith(NOTES, at)
                    && part.substring(at, lineEnd(part, at)).strip().equals(NOTES)) {
                return at;
            }
        }
        return part.length();
    }

    private static boolean isOfHelm(String line) {
        return BEGINNINGS.stream().anyMatch(line::startsWith) || isOfALogger(line);
    }

    /** {@code W0131 10:00:00.000000 …}, {@code 2026/01/31 10:00:00 …}, {@code coalesce.go:175: …}. */
    private static boolean isOfALogger(String line) {
        boolean ofKlog =
                line.length() > 6 && "IWEF".indexOf(line.charAt(0)) >= 0 && line.charAt(5) == ' ' && digits(line, 1, 5);
        boolean hasDate = line.length() > 10 && digits(line, 0, 4) && line.charAt(4) == '/' && digits(line, 5, 7);
        int file = line.indexOf(".go:");
        boolean hasPlace = file > 0 && line.indexOf(' ') > file && digits(line, file + 4, file + 5);
        return ofKlog || hasDate || hasPlace;
    }

    private static boolean digits(String line, int from, int to) {
        return to <= line.length() && line.substring(from, to).chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
