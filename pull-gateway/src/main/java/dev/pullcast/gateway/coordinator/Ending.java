// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import java.util.List;

/** How a pull ended. */
enum Ending {
    SUCCEEDED('S'),
    SKIPPED('K'),
    FAILED('F'),
    CANCELLED('C');

    static final List<Ending> ALL = List.of(values());
    private final byte letter;

    Ending(char letter) {
        this.letter = (byte) letter;
    }

    /** Its letter in {@link JobEntry.Assigned}. */
    byte letter() {
        return letter;
    }
}
