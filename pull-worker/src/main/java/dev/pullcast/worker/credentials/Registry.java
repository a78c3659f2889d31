// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

/** Names of registries, as Docker and its files write them. */
final class Registry {
    static final String HUB = "docker.io";
    /** The key under which Docker Hub's login stands, and which the engine expects as its server address. */
    static final String HUB_KEY = "https://index.docker.io/v1/";

    static final String HUB_INDEX = "index.docker.io";

    private Registry() {}

    /** Docker's {@code getAuthConfigKey}: the key of a registry's login, from the domain of a reference. */
    static String key(String domain) {
        return domain.equals(HUB) || domain.equals(HUB_INDEX) ? HUB_KEY : domain;
    }

    /** Docker's {@code ConvertToHostname}: old logins stand under whole URLs. */
    static String host(String key) {
        int scheme = key.indexOf("://");
        String rest = scheme < 0 ? key : key.substring(scheme + 3);
        int end = rest.length();
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            if (c == '/' || (scheme >= 0 && (c == '?' || c == '#'))) {
                end = i;
                break;
            }
        }
        String authority = rest.substring(0, end);
        return scheme < 0 ? authority : authority.substring(authority.lastIndexOf('@') + 1);
    }

    /** The domain of references to this registry, whichever way it is written. */
    static String domain(String key) {
        String host = host(key);
        return host.equals(HUB_INDEX) ? HUB : host;
    }
}
