// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.gateway.security.Grants;
import dev.pullcast.gateway.security.NewToken;
import dev.pullcast.gateway.security.StaticTokens;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pullcast token}. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Makes a token for a gateway: the token on standard output, and the line for the gateway's file"
                + " of tokens on standard error, or into that file.",
        footer = {
            "%nExample:",
            "  pullcast token ci read:team-a enqueue:team-a --expires 90d --add /etc/pullcast/tokens > ci.token"
        })
public final class TokenCommand implements Callable<Integer> {
    private static final Pattern DAYS = Pattern.compile("(\\d{1,5})d");
    /** 128 bits in Base64: what is shorter was made up by somebody and can be guessed from its hash. */
    private static final int LEAST_LENGTH = 22;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "Whose it is; stands in the audit log.")
    private @Nullable String name;

    @Parameters(
            index = "1..*",
            paramLabel = "ROLE:PROJECT",
            description = "read, enqueue or admin, and names of projects with commas between them, or * for all.")
    private List<String> grants = List.of();

    @Option(names = "--expires", paramLabel = "WHEN", description = "90d, or a time as 2027-01-31T00:00:00Z.")
    private @Nullable String expires;

    @Option(names = "--add", paramLabel = "FILE", description = "Appends the line to this file of tokens.")
    private @Nullable Path file;

    @Option(names = "--hash", description = "Reads a token from standard input and prints its hash, no more.")
    private boolean hash;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    public TokenCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (hash) {
            out.println(NewToken.hashOf(readToken()));
            return ExitCodes.OK;
        }
        if (name == null || grants.isEmpty()) {
            throw wrong("say whose it is and what it may: pullcast token NAME ROLE:PROJECT…");
        }
        NewToken token = NewToken.make();
        String line = name + " " + token.hash() + " " + String.join(" ", grants) + end();
        check(line);
        if (file == null) {
            spec.commandLine().getErr().println("Add this line to the file that gateway.auth.tokens names:\n" + line);
        } else {
            append(file, line);
        }
        out.println(token.token());
        return ExitCodes.OK;
    }

    private String readToken() throws IOException {
        String token = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        if (token == null || token.strip().length() < LEAST_LENGTH) {
            throw wrong("a token must be random and have at least " + LEAST_LENGTH
                    + " characters: what people make up can be guessed from its hash");
        }
        return token.strip();
    }

    private String end() {
        if (expires == null) {
            return "";
        }
        var days = DAYS.matcher(expires);
        Instant end = days.matches()
                ? InstantSource.system()
                        .instant()
                        .plus(Duration.ofDays(Long.parseLong(days.group(1))))
                        .truncatedTo(ChronoUnit.SECONDS)
                : null;
        return " expires:" + (end == null ? expires : end);
    }

    private void check(String line) {
        for (String grant : grants) {
            if (Grants.parse(grant).isEmpty()) {
                throw wrong("'" + grant + "' is no grant; write read:PROJECT, enqueue:PROJECT,PROJECT or admin:*");
            }
        }
        expectGood(line, "this token");
    }

    private void append(Path to, String line) throws IOException {
        String before = Files.exists(to) ? Files.readString(to) : "";
        String all = before + (before.isEmpty() || before.endsWith("\n") ? "" : "\n") + line + "\n";
        expectGood(all, to.toString());
        if (!Files.exists(to)) {
            Files.createFile(to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        }
        Files.writeString(to, all.substring(before.length()), StandardOpenOption.APPEND);
    }

    private void expectGood(String text, String where) {
        String problem = StaticTokens.problemWith(text, where);
        if (problem != null) {
            throw wrong(problem);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
