// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Projects that something is limited to. What belongs to no project, or to several at once, is only in the scope of
 * everything.
 *
 * @param everything whether there is no limit
 * @param projects names; empty when there is no limit
 */
public record ProjectScope(boolean everything, Set<String> projects) {
    /** No limit. */
    public static final ProjectScope ALL = new ProjectScope(true, Set.of());
    /** Nothing. */
    public static final ProjectScope NONE = new ProjectScope(false, Set.of());

    /** Settles the set. */
    public ProjectScope {
        projects = everything ? Set.of() : Set.copyOf(projects);
    }

    /** These projects; {@code *} among them is all. */
    public static ProjectScope of(Collection<String> names) {
        return names.contains("*") ? ALL : new ProjectScope(false, Set.copyOf(names));
    }

    /** Whether things of this project are within; null is the project of what belongs to none. */
    public boolean covers(@Nullable String project) {
        return everything || (project != null && projects.contains(project));
    }

    /** Whether nothing is within. */
    public boolean isEmpty() {
        return !everything && projects.isEmpty();
    }

    /** The project, where there is but one. */
    public Optional<String> only() {
        return projects.size() == 1 ? projects.stream().findFirst() : Optional.empty();
    }

    /** What is in either. */
    public ProjectScope or(ProjectScope other) {
        if (everything || other.everything) {
            return ALL;
        }
        Set<String> both = new HashSet<>(projects);
        both.addAll(other.projects);
        return new ProjectScope(false, both);
    }

    /** As people write it: {@code *}, or names with commas between them. */
    public String text() {
        return everything ? "*" : String.join(",", projects.stream().sorted().toList());
    }
}
