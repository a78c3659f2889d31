// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A {@code docker} command that is a shell script; it notes its arguments. */
final class FakeDocker {
    private final Path folder;
    private final Path program;

    FakeDocker(Path folder) {
        this.folder = folder;
        this.program = folder.resolve("docker");
        does("pull", "");
        try {
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on, this subcommand runs these lines of shell, with {@code $folder} for files. Others fail. */
    void does(String subcommand, String shell) {
        write("do-" + subcommand, shell + "\n");
        String script = """
            #!/bin/bash
            folder='%s'
            [[ $1 != --host=* ]] || shift
            printf '%%s\\n' "$@" >"$folder/arguments-$1"
            [[ -e $folder/do-$1 ]] || { echo "no script for $1" >&2; exit 1; }
            . "$folder/do-$1"
            """.formatted(folder);
        if (!Files.exists(program)) {
            write("docker", script);
        }
    }

    private void write(String name, String text) {
        try {
            // In one step: the script may be running.
            Path fresh = Files.writeString(folder.resolve(name + ".new"), text);
            Files.move(fresh, folder.resolve(name), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DockerCommand command() {
        return new DockerCommand(program.toString(), null, folder.resolve("logins"));
    }

    List<String> argumentsOf(String subcommand) {
        return linesOf("arguments-" + subcommand);
    }

    List<String> linesOf(String file) {
        try {
            return Files.readAllLines(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean wrote(String file) {
        return Files.exists(folder.resolve(file));
    }
}
