// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import java.io.IOException;

/**
 * An answer that is not a gateway's, as a login page's or a proxy's. Asking again does not help; the message tells a person
 * what came and what to do.
 */
public final class ForeignAnswer extends IOException {
    private static final long serialVersionUID = 1L;

    ForeignAnswer(String message) {
        super(message);
    }
}
