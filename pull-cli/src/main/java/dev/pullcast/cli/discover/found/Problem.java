// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

/**
 * What is wrong with a source, for a person.
 *
 * @param message what was expected and what to do
 */
public record Problem(Position at, String message) {
    /** {@code file:line:column: message}. */
    @Override
    public String toString() {
        return at + ": " + message;
    }
}
