// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import java.time.Duration;

/**
 * Bounds of connections.
 *
 * @param maxConnections open in this process
 * @param maxPerAddress of those, from one client address; 0 for no bound of its own
 * @param headTimeout for the head of a request to be whole, also for a TLS handshake
 * @param bodyTimeout for the body of a request to be whole
 * @param idleTimeout for a connection without a request
 * @param stall how long a client may take nothing of an answer that waits for it
 * @param maxBodyBytes of all request bodies in this process
 * @param maxUnreadBytes of all answers in this process that clients have not taken yet
 * @param maxSnapshots of streams whose clients have not taken them yet
 * @param openingsPerMinute of streams by one client; 0 for no bound
 */
public record DoorSettings(
        int maxConnections,
        int maxPerAddress,
        Duration headTimeout,
        Duration bodyTimeout,
        Duration idleTimeout,
        Duration stall,
        long maxBodyBytes,
        long maxUnreadBytes,
        int maxSnapshots,
        int openingsPerMinute) {
    /** Files that are not connections: Kafka's, the log's, those of the program itself. */
    private static final long OTHER_FILES = 256;

    /** The same for a process that may have so many files open. */
    public DoorSettings within(long files) {
        return new DoorSettings(
                Math.clamp(files - OTHER_FILES, 1, maxConnections),
                maxPerAddress,
                headTimeout,
                bodyTimeout,
                idleTimeout,
                stall,
                maxBodyBytes,
                maxUnreadBytes,
                maxSnapshots,
                openingsPerMinute);
    }
}
