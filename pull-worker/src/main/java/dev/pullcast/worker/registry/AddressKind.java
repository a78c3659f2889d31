// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.net.Cidr;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * How far an IP address reaches (IANA's special-purpose address registries), from the widest to the narrowest. IPv6
 * addresses that carry an IPv4 address are of the kind of that one.
 */
enum AddressKind {
    /** Anywhere. */
    PUBLIC,
    /** Within an organisation: private, unique-local, shared (CGNAT), benchmarks. */
    PRIVATE,
    /** On this machine. */
    LOOPBACK,
    /** On this wire, where clouds keep the keys of their machines. */
    LINK_LOCAL,
    /** Not one machine: unspecified, multicast, broadcast, reserved. */
    NO_HOST;

    private static final List<Cidr> PRIVATE_NETWORKS = networks(
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "192.0.0.0/24",
            "198.18.0.0/15",
            "fc00::/7",
            "fec0::/10",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23");
    private static final List<Cidr> NO_HOSTS = networks("0.0.0.0/8", "224.0.0.0/3", "ff00::/8", "::/128");
    private static final List<Cidr> LINK_LOCAL_NETWORKS = networks("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128");
    private static final List<Cidr> LOOPBACK_NETWORKS = networks("127.0.0.0/8", "::1/128");

    /** IPv6 networks with an IPv4 address inside, and the byte at which it begins. */
    private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96");

    private static final Cidr COMPATIBLE = Cidr.parse("::/96");
    private static final Cidr SIX_TO_FOUR = Cidr.parse("2002::/16");
    private static final int LAST_FOUR = 12;
    private static final int AFTER_PREFIX = 2;

    private static List<Cidr> networks(String... texts) {
        return Arrays.stream(texts).map(Cidr::parse).toList();
    }

    static AddressKind of(InetAddress address) {
        if (isIn(NO_HOSTS, address)) {
            return NO_HOST;
        }
        if (isIn(LOOPBACK_NETWORKS, address)) {
            return LOOPBACK;
        }
        if (isIn(LINK_LOCAL_NETWORKS, address)) {
            return LINK_LOCAL;
        }
        if (isIn(PRIVATE_NETWORKS, address)) {
            return PRIVATE;
        }
        if (address instanceof Inet4Address) {
            return PUBLIC;
        }
        if (NAT64.contains(address) || COMPATIBLE.contains(address)) {
            return of(embedded(address, LAST_FOUR));
        }
        return SIX_TO_FOUR.contains(address) ? of(embedded(address, AFTER_PREFIX)) : PUBLIC;
    }

    private static boolean isIn(List<Cidr> networks, InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static InetAddress embedded(InetAddress address, int at) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(address.getAddress(), at, at + 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four bytes are always an address
        }
    }
}
