// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.found.SourceText;
import dev.pullcast.cli.discover.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads the files of a project; {@code -}, as a path, is standard input, which is read once. For one thread. */
final class Texts {
    static final Path INPUT = Path.of("-");
    private static final int LARGEST = 4 * YamlReader.LARGEST_TEXT;

    /** Times that files are read for one project: one that is included twice is read twice. */
    static final int MAX_READS = 1000;

    private final Path folder;
    private int reads;
    private final InputStream input;
    private @Nullable String fromInput;

    Texts(Path folder, InputStream input) {
        this.folder = folder.toAbsolutePath().normalize();
        this.input = input;
    }

    /** A path as the user would write it: relative where it is below the working directory. */
    String shown(Path path) {
        if (path.equals(INPUT)) {
            return "-";
        }
        Path absolute = path.toAbsolutePath().normalize();
        return absolute.startsWith(folder) ? folder.relativize(absolute).toString() : absolute.toString();
    }

    /** The text of a file. @throws SourceException if it cannot be read */
    String read(Path path) throws SourceException {
        if (++reads > MAX_READS) {
            throw new SourceException(
                    Position.of(shown(path)),
                    "the project reads more than " + MAX_READS + " files, each as often as it is named");
        }
        try {
            if (!path.equals(INPUT)) {
                if (Files.isDirectory(path)) {
                    throw new SourceException(Position.of(shown(path)), "this is a folder, but a file is needed");
                }
                try (InputStream in = Files.newInputStream(path)) {
                    return text(in, path);
                }
            }
            String known = fromInput;
            if (known == null) {
                known = text(input, path);
                fromInput = known;
            }
            return known;
        } catch (NoSuchFileException e) {
            throw new SourceException(Position.of(shown(path)), "there is no such file");
        } catch (IOException e) {
            throw new SourceException(Position.of(shown(path)), "the file cannot be read: " + e.getMessage());
        }
    }

    private String text(InputStream in, Path path) throws IOException, SourceException {
        byte[] bytes = in.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
            throw new SourceException(
                    Position.of(shown(path)), "the file is larger than " + LARGEST / (1024 * 1024) + " MiB");
        }
        return SourceText.ofAny(bytes);
    }
}
