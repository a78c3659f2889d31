// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

/** What the process says to whoever called it; 64 and above follow BSD's sysexits. */
public final class ExitCodes {
    /** All that was asked for is there. */
    public static final int OK = 0;
    /** At least one image is not there. */
    public static final int FAILED = 1;
    /** The command line is wrong. */
    public static final int USAGE = 2;
    /** The engine, the gateway or a port that is needed is not available. */
    public static final int UNAVAILABLE = 69;
    /** A bug of Pullcast. */
    public static final int INTERNAL = 70;

    private ExitCodes() {}
}
