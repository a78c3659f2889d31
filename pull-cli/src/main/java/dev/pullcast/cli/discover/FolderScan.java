// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files below a folder, in a stable order: a folder's own files by name, then its folders. Left out are hidden
 * files and folders, {@code node_modules}, what {@code .gitignore} files leave out, and the templates of Helm charts,
 * which are no YAML. Links are followed, each folder once.
 */
final class FolderScan {
    private static final Set<String> NEVER = Set.of("node_modules", "__pycache__");

    private final Findings findings;
    private final Set<Path> seen = new HashSet<>();
    private final List<Folder> folders = new ArrayList<>();

    /**
     * A folder with the files in it that are not left out.
     *
     * @param shown its path as the user would write it; empty for the working directory
     * @param files by name
     */
    record Folder(Path path, String shown, List<Path> files) {
        /** A file's path as the user would write it. */
        String shown(Path file) {
            return join(shown, String.valueOf(file.getFileName()));
        }
    }

    private FolderScan(Findings findings) {
        this.findings = findings;
    }

    /**
     * Walks.
     *
     * @param shown the folder's path as the user wrote it
     */
    static List<Folder> of(Path folder, String shown, Findings findings) {
        FolderScan scan = new FolderScan(findings);
        scan.walk(folder, shown.equals(".") || shown.equals("./") ? "" : shown, IgnoreRules.above(folder));
        return scan.folders;
    }

    private static String join(String folder, String name) {
        return folder.isEmpty() || folder.endsWith("/") ? folder + name : folder + '/' + name;
    }

    private void walk(Path folder, String shown, IgnoreRules inherited) {
        List<Path> entries;
        try {
            if (!seen.add(folder.toRealPath())) {
                return;
            }
            try (Stream<Path> list = Files.list(folder)) {
                entries = list.sorted().toList();
            }
        } catch (IOException e) {
            findings.problem(Position.of(shown), "the folder cannot be read: " + Reasons.of(e));
            return;
        }
        IgnoreRules rules = inherited.in(folder);
        List<Path> files = new ArrayList<>();
        List<Path> below = new ArrayList<>();
        for (Path entry : entries) {
            String name = String.valueOf(entry.getFileName());
            boolean isFolder = Files.isDirectory(entry);
            if (name.startsWith(".") || NEVER.contains(name) || rules.leavesOut(entry, isFolder)) {
                continue;
            }
            if (isFolder) {
                below.add(entry);
            } else if (Files.isRegularFile(entry)) {
                files.add(entry);
            }
        }
        folders.add(new Folder(folder, shown, List.copyOf(files)));
        boolean isChart = files.stream().anyMatch(file -> file.endsWith("Chart.yaml"));
        for (Path entry : below) {
            String name = String.valueOf(entry.getFileName());
            if (isChart && name.equals("templates")) {
                findings.note(
                        Position.of(join(shown, name)),
                        "templates of a Helm chart are left out: helm template … | pullcast images -");
            } else {
                walk(entry, join(shown, name), rules);
            }
        }
    }
}
