// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what the sources of one search say. For one thread. */
public final class Findings {
    private final Map<Identity, FoundImage> images = new LinkedHashMap<>();
    private final Set<Problem> problems = new LinkedHashSet<>();
    private final Set<Problem> notes = new LinkedHashSet<>();
    private JobWishes wishes = JobWishes.NONE;

    private record Identity(String image, @Nullable String platform) {}

    /** An image; the same one again adds its place. */
    public void add(FoundImage image) {
        images.merge(new Identity(image.image(), image.platform()), image, FoundImage::and);
    }

    /** Something could not be read. */
    public void problem(Position at, String message) {
        problems.add(new Problem(at, message));
    }

    /** A source could not be read. */
    public void problem(SourceException e) {
        problems.add(e.problem());
    }

    /** Something to know although nothing is wrong. */
    public void note(Position at, String message) {
        notes.add(new Problem(at, message));
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
