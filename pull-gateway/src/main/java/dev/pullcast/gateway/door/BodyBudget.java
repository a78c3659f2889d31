// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.door;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of all request bodies in this process, from their first byte to the answer. The last quarter is for small
 * bodies, and one address may have half of the rest: large ones that never end keep out neither small ones nor those of
 * other clients. Safe from any thread.
 */
public final class BodyBudget {
    /** Bytes up to which a body counts as small: a login, a job of some images. */
    static final int SMALL = 16 * 1024;

    private final long maximum;
    private final long forLarge;
    private final long forAddress;
    private final AtomicLong used = new AtomicLong();
    private final AddressCount byAddress = new AddressCount();

    /** With nothing under way. */
    public BodyBudget(long maximum) {
        this.maximum = maximum;
        this.forLarge = maximum - maximum / 4;
        this.forAddress = forLarge / 2;
    }

    /** What one body has taken; used on one event loop. */
    public final class Share {
        private final String address;
        private long bytes;

        private Share(String address) {
            this.address = address;
        }

        /** Takes room for more bytes; returns false, and takes nothing, where there is none. */
        public boolean take(long more) {
            boolean small = bytes + more <= SMALL;
            // What was small until now counts for its address as a whole from here on.
            long forIt = small ? 0 : bytes > SMALL ? more : bytes + more;
            if ((forIt > 0 && !byAddress.tryAdd(address, forIt, forAddress))) {
                return false;
            }
            if (used.addAndGet(more) > (small ? maximum : forLarge)) {
                used.addAndGet(-more);
                byAddress.remove(address, forIt);
                return false;
            }
            bytes += more;
            return true;
        }

        /** Gives all of it back. */
        public void close() {
            used.addAndGet(-bytes);
            if (bytes > SMALL) {
                byAddress.remove(address, bytes);
            }
            bytes = 0;
        }
    }

    /** A share of nothing, for a body of that address. */
    public Share open(String address) {
        return new Share(address);
    }

    /** Bytes that are taken. */
    public long used() {
        return used.get();
    }
}
