// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The environment of programs that a worker starts: the docker command and credential helpers. They get what they need by
 * a list, and so never the worker's own settings, among which Kafka's password may be.
 */
public final class ChildEnvironment {
    private static final Set<String> NAMES = Set.of(
            // Any program
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "LANG",
            "LANGUAGE",
            "TZ",
            "TERM",
            "TMPDIR",
            // Proxies and certificates
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            // docker over ssh, and the stores of pass, secretservice and the systems
            "SSH_AUTH_SOCK",
            "GNUPGHOME",
            "GPG_TTY",
            "DBUS_SESSION_BUS_ADDRESS",
            "REGISTRY_AUTH_FILE",
            "SYSTEMROOT",
            "APPDATA",
            "LOCALAPPDATA",
            "PROGRAMDATA",
            "USERPROFILE",
            "TEMP",
            "TMP");

    /** Beginnings of names: Docker's own, and those of the clouds whose helpers find their logins in them. */
    private static final Set<String> PREFIXES = Set.of(
            "DOCKER_",
            "LC_",
            "XDG_",
            "PASSWORD_STORE_",
            "AWS_",
            "AZURE_",
            "MSI_",
            "IDENTITY_",
            "GOOGLE_",
            "CLOUDSDK_",
            "ECR_",
            "ACR_",
            "KUBERNETES_SERVICE_");

    private ChildEnvironment() {}

    /** Whether a program that we start may see this variable. */
    static boolean isPassed(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return NAMES.contains(upper) || PREFIXES.stream().anyMatch(upper::startsWith);
    }

    /** Removes all others, and returns the process's builder. */
    public static ProcessBuilder restrict(ProcessBuilder builder) {
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> !isPassed(name));
        return builder;
    }
}
