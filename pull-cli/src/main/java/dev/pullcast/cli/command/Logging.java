// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

/** How much is logged. To be called before anything that logs is loaded: logback.xml reads these names. */
final class Logging {
    private static final String OURS = "PULLCAST_LOG";
    private static final String KAFKA = "PULLCAST_LOG_KAFKA";

    private Logging() {}

    /** All that we have to say. */
    static void verbose() {
        System.setProperty(OURS, "DEBUG");
        System.setProperty(KAFKA, "INFO");
    }

    /** Without what the embedded broker says about itself, which no user of it can do anything about. */
    static void withoutBroker() {
        if (System.getenv(KAFKA) == null) {
            System.setProperty(KAFKA, "ERROR");
        }
    }

    /** Warnings only, unless the environment asks for more: lines of a log would tear the bars. */
    static void quiet() {
        if (System.getenv(OURS) == null) {
            System.setProperty(OURS, "WARN");
        }
    }
}
