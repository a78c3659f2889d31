// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.worker.EngineFacts;
import org.jspecify.annotations.Nullable;

/**
 * All that can be found out about an engine.
 *
 * @param facts what workers publish of it
 * @param oldestApi that it speaks; null if it does not say
 * @param newestApi that it speaks, which may be newer than what is used; null if it does not say
 * @param store how it keeps images; null if it does not say
 * @param registries mirrors and insecure registries
 * @param downloads layers that it downloads at once for one pull; null where that cannot be seen
 */
public record EngineDetails(
        EngineFacts facts,
        @Nullable String oldestApi,
        @Nullable String newestApi,
        @Nullable Store store,
        RegistryRules registries,
        @Nullable Downloads downloads) {

    /** How an engine keeps images. */
    public enum Store {
        /** Docker's own, with its drivers. */
        GRAPHDRIVER("graphdriver"),
        /** Docker with containerd's snapshotters, where layers are kept compressed, too. */
        CONTAINERD("containerd"),
        /** Podman's. */
        CONTAINERS_STORAGE("containers-storage");

        private final String text;

        Store(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * How many layers at once.
     *
     * @param most at least 1
     * @param source who says so, for a person
     */
    public record Downloads(int most, String source) {}

    /** With nothing but the facts. */
    static EngineDetails of(EngineFacts facts) {
        return new EngineDetails(facts, null, null, null, RegistryRules.NONE, null);
    }

    EngineDetails withFacts(EngineFacts newer) {
        return new EngineDetails(newer, oldestApi, newestApi, store, registries, downloads);
    }

    EngineDetails withDownloads(@Nullable Downloads known) {
        return new EngineDetails(facts, oldestApi, newestApi, store, registries, known);
    }
}
