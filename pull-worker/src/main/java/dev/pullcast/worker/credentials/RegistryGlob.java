// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import java.util.stream.Stream;

/**
 * The kubelet's way to match a key of a pull secret with an image's name ({@code URLsMatch}): the same number of parts
 * in the host, each matched with {@code *} for any characters; the same port; the key's path in front of the image's.
 */
final class RegistryGlob {
    private RegistryGlob() {}

    /** A key as the kubelet compares it: without scheme, and without the path of Docker's own API. */
    static String keyOf(String key) {
        String rest =
                key.startsWith("https://") ? key.substring(8) : key.startsWith("http://") ? key.substring(7) : key;
        int end = Stream.of('?', '#')
                .mapToInt(rest::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(rest.length());
        rest = rest.substring(0, end);
        int slash = rest.indexOf('/');
        String host = slash < 0 ? rest : rest.substring(0, slash);
        host = host.substring(host.lastIndexOf('@') + 1);
        String path = slash < 0 ? "" : rest.substring(slash);
        if (path.startsWith("/v2/") || path.startsWith("/v1/")) {
            path = path.substring(3);
        }
        return path.equals("/") ? host : host + path;
    }

    /**
     * Whether an image's name is under a key.
     *
     * @param glob from {@link #keyOf}
     * @param name domain and path, without tag and digest
     */
    static boolean matches(String glob, String name) {
        String[] globHost = hostAndPort(glob);
        String[] host = hostAndPort(name);
        return globHost[1].equals(host[1])
                && pathOf(name).startsWith(pathOf(glob))
                && hostMatches(globHost[0], host[0]);
    }

    private static boolean hostMatches(String glob, String host) {
        String[] globParts = glob.split("\\.", -1);
        String[] parts = host.split("\\.", -1);
        if (globParts.length != parts.length) {
            return false;
        }
        for (int i = 0; i < parts.length; i++) {
            if (!matchesPart(globParts[i], parts[i])) {
                return false;
            }
        }
        return true;
    }

    /** Goes back to the last star only: what an earlier one took need not change (linear for each star). */
    private static boolean matchesPart(String glob, String part) {
        int g = 0;
        int p = 0;
        int star = -1;
        int resume = 0;
        while (p < part.length()) {
            if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                resume = p;
            } else if (g < glob.length() && glob.charAt(g) == part.charAt(p)) {
                g++;
                p++;
            } else if (star >= 0) {
                g = star + 1;
                p = ++resume;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }

    private static String[] hostAndPort(String key) {
        int slash = key.indexOf('/');
        String authority = slash < 0 ? key : key.substring(0, slash);
        int colon = authority.lastIndexOf(':');
        return colon < 0 || authority.endsWith("]")
                ? new String[] {authority, ""}
                : new String[] {authority.substring(0, colon), authority.substring(colon + 1)};
    }

    private static String pathOf(String key) {
        int slash = key.indexOf('/');
        return slash < 0 ? "" : key.substring(slash);
    }
}
