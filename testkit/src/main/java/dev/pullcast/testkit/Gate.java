// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.util.concurrent.CompletableFuture;

/** Holds a script until the test opens it. */
public final class Gate {
    private final CompletableFuture<Void> opened = new CompletableFuture<>();

    /** Lets the script go on; for good. */
    public void open() {
        opened.complete(null);
    }

    CompletableFuture<Void> opened() {
        return opened;
    }
}
