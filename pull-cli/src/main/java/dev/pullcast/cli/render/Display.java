// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.event.PullEvent;
import java.time.Instant;

/** One way of showing a job to whoever started the command. Called by one thread, which also owns the board. */
public interface Display {
    /** How often {@link #tick} wants to be called, in milliseconds. */
    long TICK_MILLIS = 100;

    /** An event that the board has taken already. */
    void event(PullEvent event, Board board);

    /** Time has passed, or the board has taken a snapshot. */
    void tick(Board board, Instant now);

    /** Something a person should know about the way events come, as "connection lost, trying again". */
    void note(String text);

    /** Nothing follows. Called once, also when it ended early. */
    void end(Board board, Instant now);

    /** What can be chosen on the command line. */
    enum Output {
        /** Live bars on a terminal, else plain lines. */
        AUTO,
        /** A line for each change, and now and then one for progress. */
        PLAIN,
        /** One event of the contract a line. */
        JSON,
        /** The references that are present, at the end; failures on standard error. */
        QUIET
    }

    /**
     * The one place that decides between rich and plain.
     *
     * @param layers whether layers are told of one by one
     */
    static Display of(Output output, Terminal terminal, boolean layers) {
        return switch (output) {
            case AUTO -> terminal.live() ? new LiveDisplay(terminal, layers) : new PlainDisplay(terminal, layers);
            case PLAIN -> new PlainDisplay(terminal, layers);
            case JSON -> new JsonDisplay(terminal);
            case QUIET -> new QuietDisplay(terminal);
        };
    }
}
