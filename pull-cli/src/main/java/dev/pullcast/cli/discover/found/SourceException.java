// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

/** A source that cannot be read further. It ends this source, never the search. */
public final class SourceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** What is wrong, and where. */
    public SourceException(Position at, String message) {
        super(at + ": " + message);
        this.problem = new Problem(at, message);
    }

    /** What is wrong, and where. */
    public Problem problem() {
        return problem;
    }
}
