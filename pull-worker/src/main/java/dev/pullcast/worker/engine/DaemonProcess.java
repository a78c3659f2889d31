// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.worker.engine.EngineDetails.Downloads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What the API does not tell of Docker's daemon and its command line and file do, where they are visible: on the same
 * machine, in the same process namespace. Reads {@code /proc}; for threads that may wait.
 */
final class DaemonProcess {
    private static final int DOCKERS_DEFAULT = 3;
    private static final Path DEFAULT_FILE = Path.of("/etc/docker/daemon.json");
    private static final List<String> DEFAULT_SOCKETS = List.of("/var/run/docker.sock", "/run/docker.sock");
    private static final String OPTION = "max-concurrent-downloads";

    private final List<String> arguments;

    private DaemonProcess(List<String> arguments) {
        this.arguments = arguments;
    }

    /**
     * How many layers the daemon behind this socket downloads at once.
     *
     * @param proc {@code /proc}
     * @return null where the daemon is not to be seen, or its file cannot be read
     */
    static @Nullable Downloads downloads(Path proc, Path socket) {
        DaemonProcess daemon = find(proc, socket);
        return daemon == null ? null : daemon.downloads();
    }

    private static @Nullable DaemonProcess find(Path proc, Path socket) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path folder : folders) {
                DaemonProcess daemon = read(folder);
                if (daemon != null && daemon.listensOn(socket)) {
                    return daemon;
                }
            }
        } catch (IOException e) {
            // not Linux, or hidden: unknown
        }
        return null;
    }

    private static @Nullable DaemonProcess read(Path folder) {
        try {
            if (!Files.readString(folder.resolve("comm")).strip().equals("dockerd")) {
                return null;
            }
            String line = Files.readString(folder.resolve("cmdline"), StandardCharsets.UTF_8);
            return new DaemonProcess(List.of(line.split("\0")));
        } catch (IOException e) {
            return null; // it has ended meanwhile
        }
    }

    private boolean listensOn(Path socket) {
        List<String> hosts = new ArrayList<>(values("host"));
        hosts.addAll(values("H"));
        if (hosts.isEmpty() || hosts.stream().anyMatch(host -> host.startsWith("fd:"))) {
            return DEFAULT_SOCKETS.contains(socket.toString());
        }
        return hosts.contains("unix://" + socket);
    }

    private @Nullable Downloads downloads() {
        List<String> given = values(OPTION);
        if (!given.isEmpty()) {
            return number(given.getLast(), "dockerd --" + OPTION);
        }
        List<String> files = values("config-file");
        Path file = files.isEmpty() ? DEFAULT_FILE : Path.of(files.getLast());
        if (Files.notExists(file)) {
            return new Downloads(DOCKERS_DEFAULT, "Docker's default");
        }
        try {
            JsonNode node = ContractJson.mapper().readTree(Files.readAllBytes(file));
            return node.path(OPTION).isMissingNode()
                    ? new Downloads(DOCKERS_DEFAULT, "Docker's default")
                    : number(node.path(OPTION).asString(""), file.toString());
        } catch (IOException | JacksonException e) {
            return null;
        }
    }

    private static @Nullable Downloads number(String text, String source) {
        return text.matches("[1-9]\\d{0,6}") ? new Downloads(Integer.parseInt(text), source) : null;
    }

    /** Of an option, written {@code --name value}, {@code --name=value} or, for one letter, {@code -Nvalue}. */
    private List<String> values(String name) {
        String option = (name.length() == 1 ? "-" : "--") + name;
        List<String> values = new ArrayList<>();
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals(option) && i + 1 < arguments.size()) {
                values.add(arguments.get(i + 1));
            } else if (argument.startsWith(option + '=')) {
                values.add(argument.substring(option.length() + 1));
            } else if (name.length() == 1 && argument.startsWith(option) && argument.length() > option.length()) {
                values.add(argument.substring(option.length()));
            }
        }
        return values;
    }
}
