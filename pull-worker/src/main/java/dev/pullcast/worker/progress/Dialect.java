// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.progress;

/** The two ways of speaking that must be told apart to count right. */
enum Dialect {
    /**
     * Until the stream proves otherwise: no "Pulling from" line; "Download complete" is the last word on a layer and
     * comes when it is stored; the image's configuration is announced like a layer.
     */
    PODMAN,
    /** Begins with "Pulling from"; a layer is unpacked after its download and ends with "Pull complete", or silently. */
    DOCKER
}
