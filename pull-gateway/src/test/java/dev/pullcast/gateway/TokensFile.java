// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import dev.pullcast.gateway.security.NewToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A gateway's file of tokens, with tokens made for a test. */
final class TokensFile {
    private final Path file;
    private final Map<String, String> lines = new LinkedHashMap<>();
    private final Map<String, String> tokens = new LinkedHashMap<>();

    TokensFile(Path dir) {
        this.file = dir.resolve("tokens");
    }

    /** Adds somebody, and writes the file. */
    TokensFile add(String name, String grants) {
        NewToken token = NewToken.make();
        tokens.put(name, token.token());
        lines.put(name, name + " " + token.hash() + " " + grants);
        return write();
    }

    /** Gives somebody other rights, and writes the file. */
    TokensFile grant(String name, String grants) {
        lines.put(name, name + " " + NewToken.hashOf(token(name)) + " " + grants);
        return write();
    }

    /** Takes somebody out, and writes the file. */
    TokensFile remove(String name) {
        lines.remove(name);
        return write();
    }

    private TokensFile write() {
        try {
            Files.writeString(file, String.join("\n", lines.values()) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** The setting that names it. */
    String setting() {
        return "gateway.auth.tokens=" + file;
    }

    /** The header line that somebody sends. */
    String header(String name) {
        return "Authorization: Bearer " + tokens.get(name);
    }

    /** Somebody's token itself. */
    String token(String name) {
        return tokens.getOrDefault(name, "");
    }
}
