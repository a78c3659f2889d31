// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Roles, each with the projects that it is limited to. Written as {@code read:team-a,team-b}, {@code enqueue:team-a} or
 * {@code admin:*}. An admin of a project may read and enqueue there.
 *
 * @param read what may be seen
 * @param enqueue where jobs may be started and cancelled
 * @param admin what may be administered
 */
public record Grants(ProjectScope read, ProjectScope enqueue, ProjectScope admin) {
    /** Everything. */
    public static final Grants ALL = new Grants(ProjectScope.ALL, ProjectScope.ALL, ProjectScope.ALL);
    /** Nothing. */
    public static final Grants NONE = new Grants(ProjectScope.NONE, ProjectScope.NONE, ProjectScope.NONE);

    private static final Pattern PROJECT = Pattern.compile("\\*|[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

    /** An admin may do the rest, too. */
    public Grants {
        read = read.or(admin);
        enqueue = enqueue.or(admin);
    }

    /** One role and its projects; empty when the text is no grant. */
    public static Optional<Grants> parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        List<String> names = List.of(text.substring(colon + 1).split(",", -1));
        if (!names.stream().allMatch(name -> PROJECT.matcher(name).matches())) {
            return Optional.empty();
        }
        ProjectScope scope = ProjectScope.of(names);
        String role = text.substring(0, colon);
        return Stream.of(Role.values())
                .filter(r -> r.text().equals(role))
                .findFirst()
                .map(r -> NONE.with(r, scope));
    }

    /** All of these together. */
    public static Grants sum(Collection<Grants> parts) {
        return parts.stream().reduce(NONE, Grants::or);
    }

    private Grants with(Role role, ProjectScope scope) {
        return switch (role) {
            case READ -> new Grants(scope, enqueue, admin);
            case ENQUEUE -> new Grants(read, scope, admin);
            case ADMIN -> new Grants(read, enqueue, scope);
        };
    }

    private Grants or(Grants other) {
        return new Grants(read.or(other.read), enqueue.or(other.enqueue), admin.or(other.admin));
    }

    /** Where a role holds. */
    public ProjectScope of(Role role) {
        return switch (role) {
            case READ -> read;
            case ENQUEUE -> enqueue;
            case ADMIN -> admin;
        };
    }

    /** Whether they allow nothing at all. */
    public boolean isEmpty() {
        return read.isEmpty() && enqueue.isEmpty();
    }

    /** Role to projects, as people write them; roles that hold nowhere are left out. */
    public Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Role role : Role.values()) {
            if (!of(role).isEmpty()) {
                texts.put(role.text(), of(role).text());
            }
        }
        return texts;
    }
}
