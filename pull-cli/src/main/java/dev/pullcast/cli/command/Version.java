// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.IVersionProvider;

/** The version that was built, and the Java that it runs on. */
public final class Version implements IVersionProvider {
    /** As in the build: {@code 0.1.0}. */
    public static String number() {
        try (InputStream in = Version.class.getResourceAsStream("version.txt")) {
            return in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public String[] getVersion() {
        return new String[] {"pullcast " + number() + " (Java " + Runtime.version() + ')'};
    }
}
