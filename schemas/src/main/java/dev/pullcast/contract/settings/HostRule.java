// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names by which an HTTP server of ours may be called. A web page can reach loopback under a name of its own (DNS
 * rebinding), so {@code Host} must be a name that means this server.
 *
 * @param names further names, lower case, without port
 * @param anyAddress whether an address (never a name: names can be rebound) other than loopback's will do
 */
public record HostRule(Set<String> names, boolean anyAddress) {
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[?::1]?");
    private static final Pattern ADDRESS =
            Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}|\\[?(?=[0-9a-f.]*+:)[0-9a-f:.]++]?");
    private static final int MAX_NAME = 255;

    /** Settles the set. */
    public HostRule {
        names = Set.copyOf(names);
    }

    /** Whether a host, without port, means this server. */
    public boolean covers(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.length() <= MAX_NAME
                && (LOOPBACK.matcher(name).matches()
                        || names.contains(name)
                        || (anyAddress && ADDRESS.matcher(name).matches()));
    }

    /**
     * Whether only this machine reaches a server that listens there.
     *
     * @param key of the setting that names the host
     * @throws Settings.InvalidSetting if it has no address here
     */
    public static boolean isLoopback(String key, String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new Settings.InvalidSetting("setting '" + key + "' is '" + host + "', which has no address here");
        }
    }
}
