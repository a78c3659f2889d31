// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.render.Samples;
import dev.pullcast.contract.event.PullEvent;
import org.junit.jupiter.api.Test;

class EventLedgerTest {
    private final EventLedger ledger = new EventLedger();

    @Test
    void eventsInARowAreAllThere() {
        accept(1, 2, 3);
        assertThat(ledger.seen()).isEqualTo(3);
        assertThat(ledger.missing()).isZero();
        assertThat(ledger.repeated()).isZero();
    }

    @Test
    void aHoleIsAsManyMissingEvents() {
        accept(1, 2, 5);
        assertThat(ledger.missing()).isEqualTo(2);
    }

    @Test
    void theFirstEventMustBeTheFirst() {
        accept(3);
        assertThat(ledger.missing()).isEqualTo(2);
    }

    @Test
    void anEventThatComesAgainIsCountedAsSuch() {
        accept(1, 2, 2, 1, 3);
        assertThat(ledger.seen()).isEqualTo(3);
        assertThat(ledger.repeated()).isEqualTo(2);
        assertThat(ledger.missing()).isZero();
    }

    @Test
    void pullsAreCountedApart() {
        ledger.accept(new PullEvent.Queued(Samples.origin("east", "alpine", 1, 0)));
        ledger.accept(new PullEvent.Queued(Samples.origin("west", "alpine", 1, 0)));
        assertThat(ledger.seen()).isEqualTo(2);
        assertThat(ledger.repeated()).isZero();
    }

    @Test
    void whatTheGatewayGivesUpIsMissing() {
        ledger.lost(7);
        assertThat(ledger.missing()).isEqualTo(7);
    }

    private void accept(long... seqs) {
        for (long seq : seqs) {
            ledger.accept(new PullEvent.Queued(Samples.origin("w1", "alpine", seq, 0)));
        }
    }
}
