// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.settings;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The environment of the older puller (github.com/Dataman-Cloud/puller) in our keys, so that its unit files and compose
 * files go on working: {@code LISTEN_ADDR} as Go writes addresses ({@code :9006} is every address), {@code
 * DOCKER_SOCKET} a path. Every other source of settings is stronger, {@code DOCKER_HOST} too.
 */
final class OlderPuller {
    private static final Pattern ADDRESS = Pattern.compile("(|\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+):(\\d{1,5})");

    private OlderPuller() {}

    static Map<String, String> settings(Map<String, String> environment) {
        Map<String, String> settings = new TreeMap<>();
        String listen = environment.getOrDefault("LISTEN_ADDR", "");
        if (!listen.isEmpty()) {
            Matcher address = ADDRESS.matcher(listen);
            if (!address.matches()) {
                throw new Settings.InvalidSetting(
                        "LISTEN_ADDR is '" + listen + "'; it must be host:port or :port, as 127.0.0.1:9006");
            }
            String host = address.group(1).replaceAll("[\\[\\]]", "");
            settings.put("gateway.host", host.isEmpty() ? "0.0.0.0" : host);
            settings.put("gateway.port", address.group(2));
        }
        String socket = environment.getOrDefault("DOCKER_SOCKET", "");
        if (!socket.isEmpty() && environment.getOrDefault("DOCKER_HOST", "").isEmpty()) {
            settings.put("engine.host", socket.contains("://") ? socket : "unix://" + socket);
        }
        return settings;
    }
}
