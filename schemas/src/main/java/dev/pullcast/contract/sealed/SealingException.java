// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.sealed;

/** Why keys could not be read, or sealed credentials not be opened. The message shows neither keys nor credentials. */
public final class SealingException extends Exception {
    private static final long serialVersionUID = 1L;

    SealingException(String message) {
        super(message);
    }
}
