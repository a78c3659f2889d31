// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * The value of {@code id:}: where a client is in {@code pull.events}. It says what comes next, not what was last seen,
 * so that it holds at any gateway of the same Kafka cluster.
 *
 * <p>Written {@code 1-cccccX…}: the version; five characters of a hash of the cluster's and the topic's id; then, for a
 * firehose, a letter for a width ({@code a} is 1, {@code k} is 11) and each partition's position in so many base64url digits; for a
 * job's stream {@code p}, the partition, {@code -} and the position in decimal. The fixed width lets the feed patch one
 * position without writing the others again. 12 partitions take at most 128 characters while every offset is below
 * 2^60, and 64 take at most 512 below 2^42 (of an event a millisecond, for 139 years); beyond that ids are longer and
 * still right, up to Kafka's 2^63. No character of it makes a cross-origin {@code Last-Event-ID} unsafe (Fetch,
 * "CORS-unsafe request-header byte").
 */
public sealed interface Cursor {
    /** The version of the form. */
    char VERSION = '1';

    /** Which log of which Kafka cluster it belongs to: see {@link #markOf(String)}. */
    String cluster();

    /** As it is sent. */
    String text();

    /** A position in all partitions. */
    record Everywhere(String cluster, Positions positions) implements Cursor {
        @Override
        public String text() {
            return new String(new CursorWriter(cluster, positions).bytes(), StandardCharsets.US_ASCII);
        }
    }

    /** A position in the one partition that a job's events are in. */
    record InPartition(String cluster, int partition, long next) implements Cursor {
        @Override
        public String text() {
            return VERSION + "-" + cluster + 'p' + partition + '-' + next;
        }
    }

    /** The five characters (base32, lower case) by which ids know their log, of the ids of cluster and topic. */
    static String markOf(String clusterAndTopic) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(clusterAndTopic.getBytes(StandardCharsets.UTF_8));
            StringBuilder mark = new StringBuilder(CursorReader.MARK_LENGTH);
            for (int i = 0; i < CursorReader.MARK_LENGTH; i++) {
                mark.append("abcdefghijklmnopqrstuvwxyz234567".charAt(hash[i] & 31));
            }
            return mark.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Reads what a client sent; empty if no gateway ever wrote it. */
    static Optional<Cursor> parse(String text) {
        return CursorReader.read(text);
    }
}
