// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;

/** Why a file could not be read, in words; the JDK's messages are often the path alone. */
final class Reasons {
    private Reasons() {}

    static String of(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemLoopException _ -> "its links lead in a circle";
            case CharacterCodingException _ -> "it is no text in UTF-8, UTF-16 or UTF-32";
            default -> String.valueOf(e.getMessage());
        };
    }
}
