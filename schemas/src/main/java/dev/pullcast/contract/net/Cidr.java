// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.net;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A block of IP addresses, as {@code 10.0.0.0/8} or {@code fd00::/8}. IPv4 addresses that are written in an IPv6 form
 * ({@code ::ffff:10.0.0.1}) count as IPv4.
 */
public final class Cidr {
    private final byte[] base;
    private final int bits;

    private Cidr(byte[] base, int bits) {
        this.base = base;
        this.bits = bits;
    }

    /**
     * Reads a block.
     *
     * @throws IllegalArgumentException for a text that is no block of addresses
     */
    public static Cidr parse(String text) {
        Cidr cidr = read(text);
        if (cidr == null) {
            throw new IllegalArgumentException("'" + text + "' is not a network; write it as 10.0.0.0/8 or fd00::/8");
        }
        return cidr;
    }

    /** Reads a block; null for a text that is none. */
    public static @Nullable Cidr read(String text) {
        int slash = text.indexOf('/');
        InetAddress address = slash < 0 ? null : literal(text.substring(0, slash));
        if (address == null) {
            return null;
        }
        byte[] base = address.getAddress();
        int bits = number(text.substring(slash + 1));
        return bits < 0 || bits > base.length * Byte.SIZE ? null : new Cidr(base, bits);
    }

    /** Whether the block has this address. */
    public boolean contains(InetAddress address) {
        byte[] own = address.getAddress();
        if (own.length != base.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % Byte.SIZE);
            if ((base[i / Byte.SIZE] & mask) != (own[i / Byte.SIZE] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** Reads an IP address, with or without brackets, without asking a name server; null for a name. */
    public static @Nullable InetAddress literal(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        try {
            return bare.isEmpty() ? null : InetAddress.ofLiteral(bare);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static int number(String text) {
        if (text.isEmpty() || text.length() > 3) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value;
    }
}
