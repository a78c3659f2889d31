// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.stream;

import org.jspecify.annotations.Nullable;

/** What an engine says that it is doing with a layer: the {@code status} words of Docker and Podman. */
public enum LayerStep {
    /** Announced. */
    PULLING_FS_LAYER("Pulling fs layer"),
    /** Docker's graph drivers only: three downloads are running already. */
    WAITING("Waiting"),
    /** Bytes are arriving; an update each 100 ms from Docker, each second from Podman. */
    DOWNLOADING("Downloading"),
    /** Docker's graph drivers only: the download broke; it counts the seconds until it goes on. */
    RETRYING("Retrying in "),
    /** Docker's graph drivers only. */
    VERIFYING("Verifying Checksum"),
    /** Podman says it of layers whose download failed, too. */
    DOWNLOAD_COMPLETE("Download complete"),
    /** With bytes from graph drivers, with seconds from the containerd image store. */
    EXTRACTING("Extracting"),
    /** In the engine's store. */
    PULL_COMPLETE("Pull complete"),
    /** Was in the engine's store. */
    ALREADY_EXISTS("Already exists");

    private final String words;

    LayerStep(String words) {
        this.words = words;
    }

    /** The engine's words; those of {@link #RETRYING} are followed by a number and {@code second(s)}. */
    public String words() {
        return words;
    }

    static @Nullable LayerStep of(String status) {
        return switch (status) {
            case "Downloading" -> DOWNLOADING;
            case "Extracting" -> EXTRACTING;
            case "Pulling fs layer" -> PULLING_FS_LAYER;
            case "Waiting" -> WAITING;
            case "Verifying Checksum" -> VERIFYING;
            case "Download complete" -> DOWNLOAD_COMPLETE;
            case "Pull complete" -> PULL_COMPLETE;
            case "Already exists" -> ALREADY_EXISTS;
            default -> status.startsWith(RETRYING.words) ? RETRYING : null;
        };
    }
}
