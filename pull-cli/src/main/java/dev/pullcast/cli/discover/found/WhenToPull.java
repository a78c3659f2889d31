// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

import org.jspecify.annotations.Nullable;

/** When a source wants an image pulled; Kubernetes' {@code imagePullPolicy}. In the order of their strength. */
public enum WhenToPull {
    NEVER,
    IF_NOT_PRESENT,
    ALWAYS;

    /** Of Kubernetes' words, or null for any other. */
    public static @Nullable WhenToPull ofKubernetes(String word) {
        return switch (word) {
            case "Always" -> ALWAYS;
            case "IfNotPresent" -> IF_NOT_PRESENT;
            case "Never" -> NEVER;
            default -> null;
        };
    }

    /** What satisfies both; null, a source that says nothing, gives way to {@link #ALWAYS} only. */
    static @Nullable WhenToPull stronger(@Nullable WhenToPull one, @Nullable WhenToPull other) {
        if (one == ALWAYS || other == ALWAYS) {
            return ALWAYS;
        }
        if (one == null || other == null) {
            return null;
        }
        return one.compareTo(other) >= 0 ? one : other;
    }
}
