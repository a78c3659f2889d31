// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

/** What somebody may do in a project. */
public enum Role {
    /** See jobs, events and images. */
    READ("read"),
    /** Start and cancel jobs. */
    ENQUEUE("enqueue"),
    /** Both, and for all projects together also what concerns the gateway itself. */
    ADMIN("admin");

    private final String text;

    Role(String text) {
        this.text = text;
    }

    /** As it is written in grants. */
    public String text() {
        return text;
    }
}
