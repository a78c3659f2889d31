// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** One event of the contract a line, as it stands on {@code pull.events}. */
final class JsonDisplay implements Display {
    private final PrintWriter out;
    private final PrintWriter err;

    JsonDisplay(Terminal terminal) {
        this.out = terminal.out();
        this.err = terminal.err();
    }

    @Override
    public void event(PullEvent event, Board board) {
        out.println(new String(ContractJson.write(event), StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void tick(Board board, Instant now) {}

    @Override
    public void note(String text) {
        err.println(text);
        err.flush();
    }

    @Override
    public void end(Board board, Instant now) {}
}
