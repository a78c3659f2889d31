// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Position;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files below a folder, in a stable order: a folder's own files by name, then its folders. Left out are hidden
 * files and folders, {@code node_modules}, what {@code .gitignore} files leave out, and the templates of Helm charts,
 * which are no YAML. Links are followed within the folder that the user named, each folder once. Looks at no more than
 * {@link #MAX_ENTRIES} files and folders. What cannot be read is a problem of that path and does not stop the others.
 */
final class FolderScan {
    /** Files and folders that one scan looks at. */
    static final int MAX_ENTRIES = 200_000;

    private static final Set<String> NEVER = Set.of("node_modules", "__pycache__");

    private final Findings findings;
    private final int maxEntries;
    private final Path root;
    private final Set<Path> seen = new HashSet<>();
    private final List<Folder> folders = new ArrayList<>();
    private int entriesSeen;

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

    private FolderScan(Path root, int maxEntries, Findings findings) {
        this.root = root;
        this.maxEntries = maxEntries;
        this.findings = findings;
    }

    /**
     * Walks.
     *
     * @param shown the folder's path as the user wrote it
     */
    static List<Folder> of(Path folder, String shown, Findings findings) {
        return of(folder, shown, MAX_ENTRIES, findings);
    }

    /** The same with another bound. */
    static List<Folder> of(Path folder, String shown, int maxEntries, Findings findings) {
        try {
            FolderScan scan = new FolderScan(folder.toRealPath(), maxEntries, findings);
            scan.walk(folder, shown.equals(".") || shown.equals("./") ? "" : shown, IgnoreRules.above(folder));
            if (scan.isFull()) {
                findings.problem(
                        Position.of(shown),
                        "there are more than " + maxEntries + " files and folders in it, and only the first were"
                                + " searched: name folders further down");
            }
            return scan.folders;
        } catch (IOException e) {
            findings.problem(Position.of(shown), "the folder cannot be read: " + Reasons.of(e));
            return List.of();
        }
    }

    private boolean isFull() {
        return entriesSeen > maxEntries;
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
            entries = list(folder);
        } catch (IOException e) {
            findings.problem(Position.of(shown.isEmpty() ? "." : shown), "the folder cannot be read: " + Reasons.of(e));
            return;
        }
        IgnoreRules rules = inherited.in(folder);
        List<Path> files = new ArrayList<>();
        List<Path> below = new ArrayList<>();
        for (Path entry : entries) {
            String name = String.valueOf(entry.getFileName());
            if (name.startsWith(".") || NEVER.contains(name)) {
                continue;
            }
            BasicFileAttributes attributes = attributes(entry, join(shown, name));
            if (attributes == null || rules.leavesOut(entry, attributes.isDirectory())) {
                continue;
            }
            if (attributes.isDirectory()) {
                below.add(entry);
            } else if (attributes.isRegularFile()) {
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
            } else if (!isFull()) {
                walk(entry, join(shown, name), rules);
            }
        }
    }

    private List<Path> list(Path folder) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> list = Files.newDirectoryStream(folder)) {
            for (Path entry : list) {
                if (++entriesSeen > maxEntries) {
                    break;
                }
                entries.add(entry);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(entries);
        return entries;
    }

    /** Of a file or folder, or of what a link leads to; null for what is passed over. */
    private @Nullable BasicFileAttributes attributes(Path entry, String shown) {
        try {
            if (Files.isSymbolicLink(entry) && !entry.toRealPath().startsWith(root)) {
                findings.note(Position.of(shown), "this link leads out of the folder and is not followed");
                return null;
            }
            return Files.readAttributes(entry, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            // A link to nothing, or a file that has just gone.
            return null;
        } catch (IOException e) {
            if (Files.isSymbolicLink(entry) && !(e instanceof AccessDeniedException)) {
                findings.note(Position.of(shown), "this link leads nowhere");
                return null;
            }
            findings.problem(Position.of(shown), "it cannot be read: " + Reasons.of(e));
            return null;
        }
    }
}
