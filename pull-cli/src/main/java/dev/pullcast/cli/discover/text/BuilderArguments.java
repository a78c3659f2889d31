// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.text;

import dev.pullcast.contract.image.Platform;
import java.util.HashMap;
import java.util.Map;

/**
 * The arguments that BuildKit sets before a Dockerfile's first instruction (docs.docker.com/reference/dockerfile,
 * "Automatic platform ARGs in the global scope"). The machine that builds is this one; so is the target, unless its
 * platform was given. Pure but for the machine's architecture.
 */
public final class BuilderArguments {
    private static final String TARGET = "TARGET";

    private BuilderArguments() {}

    /**
     * All of them.
     *
     * @param given build arguments, of which {@code TARGETPLATFORM} says what is built for
     */
    static Map<String, String> of(Map<String, String> given) {
        Map<String, String> arguments = new HashMap<>();
        Platform here = new Platform("linux", System.getProperty("os.arch", "amd64"), null);
        put("BUILD", here, arguments);
        put(TARGET, here, arguments);
        String target = given.getOrDefault(TARGET + "PLATFORM", "");
        if (!target.isEmpty()) {
            arguments.putAll(ofTarget(target));
        }
        arguments.put("TARGETSTAGE", "default");
        return arguments;
    }

    /** Those of a target's platform; none where that cannot be read. */
    public static Map<String, String> ofTarget(String platform) {
        Map<String, String> arguments = new HashMap<>();
        try {
            put(TARGET, Platform.parse(platform), arguments);
        } catch (IllegalArgumentException e) {
            return Map.of();
        }
        return arguments;
    }

    private static void put(String side, Platform platform, Map<String, String> arguments) {
        String variant = platform.variant();
        arguments.put(side + "PLATFORM", platform.toString());
        arguments.put(side + "OS", platform.os());
        arguments.put(side + "OSVERSION", "");
        arguments.put(side + "ARCH", platform.architecture());
        arguments.put(side + "VARIANT", variant == null ? "" : variant);
    }
}
