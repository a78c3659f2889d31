// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Where images can be named; {@link #word} is what {@code --from} takes. */
public enum SourceKind {
    CLNRM,
    COMPOSE,
    CONTAINERLAB,
    CLABERNETES,
    KUBERNETES,
    DOCKERFILE,
    LIST,
    /** Named on the command line itself; not a value of {@code --from}. */
    ARGUMENT;

    /** As people write it: lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What {@code --from} takes. */
    public static List<String> words() {
        return Arrays.stream(values())
                .filter(kind -> kind != ARGUMENT)
                .map(SourceKind::word)
                .toList();
    }

    /** The kind of a word. @throws IllegalArgumentException naming the words there are */
    public static SourceKind of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind != ARGUMENT && kind.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no kind of source '" + word + "': use one of " + String.join(", ", words())));
    }
}
