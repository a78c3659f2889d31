// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

/** Who may use a route. Every route has one; what of its content they get is a matter of their projects. */
public enum Rule {
    /** Anybody: it shows nothing of any project. */
    OPEN,
    /** Whoever has good credentials: it shows only what is known of themselves. */
    KNOWN,
    /** Who may read some project. */
    READ,
    /** Who may enqueue in some project. */
    ENQUEUE,
    /** Who may read all projects: it shows figures of all of them together. */
    READ_ALL,
    /** Who administers all projects. */
    ADMIN;

    /** Whether somebody with these grants may use the route. */
    public boolean allows(Grants grants) {
        return switch (this) {
            case OPEN, KNOWN -> true;
            case READ -> !grants.read().isEmpty();
            case ENQUEUE -> !grants.enqueue().isEmpty();
            case READ_ALL -> grants.read().everything();
            case ADMIN -> grants.admin().everything();
        };
    }

    /** What is missing where it does not allow, for a person. */
    public String demand() {
        return switch (this) {
            case OPEN, KNOWN -> "";
            case READ -> "the role read in some project";
            case ENQUEUE -> "the role enqueue in some project";
            case READ_ALL -> "the role read in all projects (read:*)";
            case ADMIN -> "the role admin in all projects (admin:*)";
        };
    }
}
