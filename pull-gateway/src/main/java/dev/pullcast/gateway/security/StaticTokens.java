// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's own tokens, of which it knows only the hashes. A file has one per line: {@code NAME sha256:HEX GRANT…},
 * as {@code ci sha256:9f86… read:team-a enqueue:team-a expires:2027-01-01T00:00:00Z}; blank lines and lines that start
 * with {@code #} are skipped. SHA-256 without salt or stretching is enough because tokens are random ({@link NewToken}),
 * not made up by people. Immutable.
 */
public final class StaticTokens {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@/-]{0,127}");
    private static final Pattern HASH = Pattern.compile("sha256:([0-9a-f]{64})");
    private static final String EXPIRES = "expires:";

    private final List<Principal> entries;

    /** What is wrong with a file of tokens; the message names the line, and nothing of its content but names. */
    static final class BadTokens extends Exception {
        private static final long serialVersionUID = 1L;

        BadTokens(String message) {
            super(message);
        }
    }

    private StaticTokens(List<Principal> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * Reads the text of a file.
     *
     * @param where names it in messages
     * @throws BadTokens for a line that is none, or a name or token that is there twice
     */
    static StaticTokens parse(String text, String where) throws BadTokens {
        List<Principal> entries = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Principal entry = entry(line, where + ", line " + number);
            if (!seen.add(entry.name()) || !seen.add("#" + entry.credential())) {
                throw new BadTokens(where + ", line " + number + ": the name or the token is there twice");
            }
            entries.add(entry);
        }
        return new StaticTokens(entries);
    }

    /** What is wrong with the text of a file, for a person; null if nothing is. */
    public static @Nullable String problemWith(String text, String where) {
        try {
            parse(text, where);
            return null;
        } catch (BadTokens e) {
            return e.getMessage();
        }
    }

    private static Principal entry(String line, String place) throws BadTokens {
        String[] words = line.split("\\s+", -1);
        if (!NAME.matcher(words[0]).matches()) {
            throw new BadTokens(place + ": begin with a name of letters, digits and ._@/-");
        }
        var hash = HASH.matcher(words.length < 2 ? "" : words[1]);
        if (!hash.matches()) {
            throw new BadTokens(place + ": after the name write sha256: and 64 hexadecimal digits, as 'pullcast token'"
                    + " prints them; never the token itself");
        }
        List<Grants> grants = new ArrayList<>();
        @Nullable Instant expires = null;
        for (int i = 2; i < words.length; i++) {
            if (words[i].startsWith(EXPIRES)) {
                expires = time(words[i].substring(EXPIRES.length()), place);
            } else {
                int word = i + 1;
                grants.add(Grants.parse(words[i])
                        .orElseThrow(() -> new BadTokens(place + ": word " + word
                                + " is no grant; write read:PROJECT, enqueue:PROJECT,PROJECT or admin:*")));
            }
        }
        if (grants.isEmpty()) {
            throw new BadTokens(place + ": it grants nothing; write read:PROJECT, enqueue:PROJECT or admin:*");
        }
        return new Principal(words[0], Principal.Via.TOKEN, Grants.sum(grants), expires, hash.group(1));
    }

    private static Instant time(String text, String place) throws BadTokens {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new BadTokens(place + ": write the end as expires:2027-01-31T00:00:00Z");
        }
    }

    /** Whose token this is. Takes the same time whichever it is, and none. */
    public Optional<Principal> find(String token) {
        byte[] given = ascii(HexFormat.of().formatHex(sha256(token)));
        @Nullable Principal found = null;
        for (Principal entry : entries) {
            if (MessageDigest.isEqual(ascii(entry.credential()), given)) {
                found = entry;
            }
        }
        return Optional.ofNullable(found);
    }

    /** Whether somebody is still in the file, with the same rights. */
    boolean has(Principal principal) {
        return entries.stream()
                .anyMatch(p -> p.credential().equals(principal.credential())
                        && p.grants().equals(principal.grants()));
    }

    /** How many. */
    public int size() {
        return entries.size();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The hash of a token, 32 bytes. */
    static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "StaticTokens[" + entries.size() + "]";
    }
}
