// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

import dev.pullcast.contract.image.ReferenceText;
import dev.pullcast.contract.text.VisibleText;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what the sources of one search say; what may be a login in a name is left out. For one thread. */
public final class Findings {
    /** Images of one search. */
    static final int MAX_IMAGES = 100_000;
    /** Problems of one search, and notes. */
    static final int MAX_PROBLEMS = 1000;

    private static final int MAX_MESSAGE = 2000;

    private final Map<Identity, FoundImage> images = new LinkedHashMap<>();
    private final Set<Problem> problems = new LinkedHashSet<>();
    private final Set<Problem> notes = new LinkedHashSet<>();
    private JobWishes wishes = JobWishes.NONE;

    private record Identity(String image, @Nullable String platform) {}

    /** An image; the same one again adds its place. */
    public void add(FoundImage image) {
        FoundImage safe = image.withoutSecret();
        if (images.size() >= MAX_IMAGES && !images.containsKey(new Identity(safe.image(), safe.platform()))) {
            problem(
                    safe.places().getFirst().at(),
                    "more than " + MAX_IMAGES + " images are named; this one is left out");
            return;
        }
        images.merge(new Identity(safe.image(), safe.platform()), safe, FoundImage::and);
    }

    /** Something could not be read. */
    public void problem(Position at, String message) {
        add(problems, at, message);
    }

    /** A source could not be read. */
    public void problem(SourceException e) {
        problem(e.problem().at(), e.problem().message());
    }

    /** Something to know although nothing is wrong. */
    public void note(Position at, String message) {
        add(notes, at, message);
    }

    /** Bounded, for a stranger's file may have millions of mistakes. */
    private static void add(Set<Problem> all, Position at, String message) {
        if (all.size() < MAX_PROBLEMS) {
            String shown = all.size() == MAX_PROBLEMS - 1 ? "this and more of the kind, which are not listed: " : "";
            all.add(new Problem(at, shown + VisibleText.cut(ReferenceText.redactedWords(message), MAX_MESSAGE)));
        }
    }

    /** What the job shall be like. */
    public void wish(JobWishes more) {
        wishes = wishes.and(more);
    }

    /** Everything so far. */
    public Found found() {
        return new Found(List.copyOf(images.values()), List.copyOf(problems), List.copyOf(notes), wishes);
    }
}
