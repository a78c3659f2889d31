// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Projects whose pulls may use a login. Names are compared as they are written: {@code Team-A} is not {@code team-a}.
 *
 * @param projects names, or {@code *} for all projects and for pulls without one; empty for pulls without a project alone
 */
public record LoginOwners(Set<String> projects) {
    /** Every pull, whatever its project. */
    public static final LoginOwners ALL = new LoginOwners(Set.of("*"));

    /**
     * Pulls without a project alone. Where projects are in use, only principals with rights in all projects can start
     * such pulls; where they are not in use, every pull is one.
     */
    public static final LoginOwners NO_PROJECT = new LoginOwners(Set.of());

    private static final int MAX_NAME = 63;

    /** Copies the set. */
    public LoginOwners {
        projects = Set.copyOf(projects);
    }

    /**
     * Reads names of projects.
     *
     * @throws IllegalArgumentException for what cannot be one; the message names it
     */
    public static LoginOwners of(Collection<String> names) {
        Set<String> projects = new TreeSet<>();
        for (String name : names) {
            if (!name.equals("*") && !isProject(name)) {
                throw new IllegalArgumentException("'" + name
                        + "' is not the name of a project (1 to 63 letters, digits, '.', '_' or '-', with a letter or"
                        + " digit first and last), nor *");
            }
            projects.add(name);
        }
        return new LoginOwners(projects);
    }

    /** Reads lines, each with names between commas; what follows a {@code #} is a comment. */
    static LoginOwners ofLines(List<String> lines) {
        return of(lines.stream()
                .map(line -> line.indexOf('#') < 0 ? line : line.substring(0, line.indexOf('#')))
                .flatMap(line -> List.of(line.split(",", -1)).stream())
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList());
    }

    private static boolean isProject(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_NAME
                && isLetterOrDigit(name.charAt(0))
                && isLetterOrDigit(name.charAt(name.length() - 1))
                && name.chars().allMatch(c -> isLetterOrDigit(c) || c == '.' || c == '_' || c == '-');
    }

    private static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /**
     * Whether a pull of this project may use the login.
     *
     * @param project null for a pull that belongs to none
     */
    boolean include(@Nullable String project) {
        return projects.contains("*") || (project == null ? projects.isEmpty() : projects.contains(project));
    }
}
