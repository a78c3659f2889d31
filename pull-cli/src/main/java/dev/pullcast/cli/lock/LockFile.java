// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.lock;

import dev.pullcast.cli.render.PullLine;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.ImageReference.InvalidReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What images meant when they were locked: {@code reference@digest}, canonical, one a line, sorted; {@code #} begins a
 * comment. Each line is a reference that can be pulled.
 *
 * @param digests by reference without digest
 */
public record LockFile(Map<String, String> digests) {
    /** Locks nothing. */
    public static final LockFile EMPTY = new LockFile(Map.of());

    private static final String HEAD = "# Written by pullcast pull --lock; checked by pullcast pull --verify --lock.\n";

    /** Copies the map, sorted. */
    public LockFile {
        digests = Collections.unmodifiableSortedMap(new TreeMap<>(digests));
    }

    /** Why a lock file cannot be used, for a person. */
    public static final class LockProblem extends Exception {
        private static final long serialVersionUID = 1L;

        LockProblem(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Under which key a reference is locked: itself without its digest. */
    public static String keyOf(ImageReference reference) {
        return reference.name() + (reference.tag() == null ? "" : ':' + reference.tag());
    }

    /**
     * Reads a file; one that does not exist locks nothing.
     *
     * @throws LockProblem if it cannot be read, or a line is not what it should be
     */
    public static LockFile read(Path file) throws LockProblem {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return EMPTY;
        } catch (IOException e) {
            throw new LockProblem("cannot read the lock file " + file + ": " + e, e);
        }
        Map<String, String> digests = new TreeMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                ImageReference reference = reference(file, i + 1, line);
                digests.put(keyOf(reference), String.valueOf(reference.digest()));
            }
        }
        return new LockFile(digests);
    }

    private static ImageReference reference(Path file, int number, String line) throws LockProblem {
        String place = "lock file " + file + ", line " + number + ": ";
        try {
            ImageReference reference = ImageReference.parse(line);
            if (reference.digest() == null) {
                throw new LockProblem(place + "'" + line + "' has no digest; lines are reference@digest", null);
            }
            return reference;
        } catch (InvalidReference e) {
            throw new LockProblem(place + e.getMessage(), e);
        }
    }

    /**
     * What these pulls came to.
     *
     * @param pulls all ended well
     * @throws LockProblem if an image has no digest, or not the same on every worker
     */
    public static LockFile of(List<PullLine> pulls) throws LockProblem {
        Map<String, String> digests = new TreeMap<>();
        for (PullLine pull : pulls) {
            ImageReference reference = ImageReference.parse(pull.image());
            String digest = reference.digest() != null ? reference.digest() : pull.digest();
            if (digest == null) {
                throw new LockProblem(
                        pull.image() + " cannot be locked: the engine knows no digest for it (was it built there?)",
                        null);
            }
            String other = digests.putIfAbsent(keyOf(reference), digest);
            if (other != null && !other.equals(digest)) {
                throw new LockProblem(
                        pull.image() + " cannot be locked: it is " + other + " in one place and " + digest
                                + " in another",
                        null);
            }
        }
        return new LockFile(digests);
    }

    /**
     * Replaces the file as a whole.
     *
     * @throws LockProblem if it cannot be written
     */
    public void write(Path file) throws LockProblem {
        StringBuilder text = new StringBuilder(HEAD);
        digests.forEach((reference, digest) ->
                text.append(reference).append('@').append(digest).append('\n'));
        try {
            Path target = file.toAbsolutePath();
            // A name that nothing had before, so that no link in a checkout of others leads elsewhere.
            Path fresh = Files.createTempFile(target.getParent(), target.getFileName() + ".", ".new");
            try {
                Files.writeString(fresh, text);
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
                Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw new LockProblem("cannot write the lock file " + file + ": " + e, e);
        }
    }
}
