// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.text.VisibleText;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * One event of the contract a line, as it stands on {@code pull.events}. A pull that ended well and is no success for
 * another reason (its digest is not the expected one) is told on standard error.
 */
final class JsonDisplay implements Display {
    private final Set<PullLine.Key> failed = new HashSet<>();
    private final PrintWriter out;
    private final PrintWriter err;

    JsonDisplay(Terminal terminal) {
        this.out = terminal.out();
        this.err = terminal.err();
    }

    @Override
    public void event(PullEvent event, Board board) {
        if (event instanceof PullEvent.Failed f) {
            failed.add(new PullLine.Key(f.origin().worker(), f.origin().pull()));
        }
        out.println(VisibleText.escapedJson(new String(ContractJson.write(event), StandardCharsets.UTF_8)));
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
    public void end(Board board, Instant now) {
        for (PullLine line : board.lines()) {
            if (line.status() instanceof PullLine.Status.Failed f && !failed.contains(line.key())) {
                note(Names.of(line, false) + ": " + f.reason().wireName() + ": " + f.message());
            }
        }
    }
}
