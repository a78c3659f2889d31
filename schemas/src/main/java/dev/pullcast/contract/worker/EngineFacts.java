// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.worker;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What a worker knows of its engine.
 *
 * @param kind {@code docker} or {@code podman}
 * @param version as the engine says
 * @param apiVersion negotiated
 * @param os as Go names it: {@code linux}
 * @param arch as Go names it: {@code amd64}
 * @param storageDriver as the engine says; null if it does not
 * @param dataRoot folder of images on the engine's machine; null if unknown
 * @param freeBytes free space there; null where the worker cannot see it
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record EngineFacts(
        String kind,
        String version,
        String apiVersion,
        String os,
        String arch,
        @Nullable String storageDriver,
        @Nullable String dataRoot,
        @Nullable Long freeBytes) {
    /** The same with the free space of its data root. */
    public EngineFacts withFreeBytes(long bytes) {
        return new EngineFacts(kind, version, apiVersion, os, arch, storageDriver, dataRoot, bytes);
    }
}
