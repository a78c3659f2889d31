// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.feed;

/** Why the feed itself lost its place. */
public enum Loss {
    /** What it was about to read is no longer kept. */
    EXPIRED,
    /** The topic was deleted and made anew; positions in the old one mean nothing. */
    RECREATED
}
