// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.text;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.Place;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.contract.image.ImageReference;

/**
 * One reference a line. Empty lines and what follows a {@code #} at a line's beginning or after white space are left
 * out.
 */
public final class ListSource {
    private ListSource() {}

    /** Adds what the text names; a line that is no reference is a problem and does not stop the others. */
    public static void read(String file, String text, Findings findings) {
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String content = withoutComment(line);
            if (content.isEmpty()) {
                continue;
            }
            Position at = new Position(file, number, 1 + line.indexOf(content));
            try {
                ImageReference.parse(content);
                findings.add(FoundImage.at(new Place(SourceKind.LIST, at, ""), content));
            } catch (ImageReference.InvalidReference e) {
                findings.problem(at, String.valueOf(e.getMessage()));
            }
        }
    }

    /** Whether every line is empty, a comment or a reference, and there is one at least. */
    public static boolean looksLikeOne(String text) {
        Findings findings = new Findings();
        read("", text, findings);
        return findings.found().problems().isEmpty()
                && !findings.found().images().isEmpty();
    }

    private static String withoutComment(String line) {
        String content = line.startsWith("\uFEFF") ? line.substring(1) : line;
        for (int i = content.indexOf('#'); i >= 0; i = content.indexOf('#', i + 1)) {
            if (i == 0 || Character.isWhitespace(content.charAt(i - 1))) {
                return content.substring(0, i).strip();
            }
        }
        return content.strip();
    }
}
