// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.worker.engine.ChildEnvironment;
import dev.pullcast.worker.engine.EngineException;
import dev.pullcast.worker.engine.RegistryAuth;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;

/**
 * Docker's credential helpers (github.com/docker/docker-credential-helpers): {@code docker-credential-NAME get} reads a
 * registry's key and writes JSON. One that is too slow is killed with all that it started. Blocks; not for event loops.
 *
 * @param searchFolders where programs are looked for, in order
 * @param timeout for one answer
 */
record HelperPrograms(List<Path> searchFolders, Duration timeout) {
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final String PREFIX = "docker-credential-";
    /** How helpers mark an identity token. */
    private static final String TOKEN_USER = "<token>";

    private static final String NOT_FOUND = "credentials not found in native keychain";
    private static final int LONGEST_ANSWER = 1 << 20;

    /** Programs on the {@code PATH} of an environment. */
    static HelperPrograms on(Map<String, String> environment) {
        List<Path> folders = new ArrayList<>();
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            try {
                Path path = Path.of(folder);
                if (path.isAbsolute()) { // as Go does, which runs nothing from the current folder
                    folders.add(path);
                }
            } catch (InvalidPathException e) {
                // Nothing can be found there.
            }
        }
        return new HelperPrograms(folders, TIMEOUT);
    }

    /** What Docker prefers on this platform where a user has said nothing; empty if it is not installed. */
    String platformDefault() {
        String system = System.getProperty("os.name", "");
        String name = system.startsWith("Mac")
                ? "osxkeychain"
                : system.startsWith("Windows") ? "wincred" : find("pass") != null ? "pass" : "secretservice";
        return find(PREFIX + name) == null ? "" : name;
    }

    /**
     * Asks a helper for a login.
     *
     * @param name without the prefix
     * @param key of the registry, as {@link Registry#key}
     * @return null if it has none
     * @throws EngineException if it cannot be run, fails, or does not answer in time
     */
    @Nullable
    RegistryAuth get(String name, String key) {
        String program = PREFIX + name;
        Path file = name.indexOf('/') >= 0 || name.indexOf(File.separatorChar) >= 0 ? null : find(program);
        if (file == null) {
            throw Failures.auth(program + ", which has the login for " + key + ", is not on this worker's PATH");
        }
        Process process;
        try {
            process = ChildEnvironment.restrict(new ProcessBuilder(file.toString(), "get"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw Failures.auth(program + " cannot be run: " + e.getMessage());
        }
        try {
            return answer(process, program, key);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.passing(program + " was interrupted");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private @Nullable RegistryAuth answer(Process process, String program, String key) throws InterruptedException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(key.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended without reading; what it says and its exit code tell why.
        }
        CompletableFuture<byte[]> output = new CompletableFuture<>();
        Thread.ofVirtual().name(program).start(() -> {
            try (InputStream out = process.getInputStream()) {
                output.complete(out.readNBytes(LONGEST_ANSWER));
            } catch (IOException e) {
                output.complete(new byte[0]);
            }
        });
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            byte[] bytes = output.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (!process.waitFor(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                throw tooSlow(program, key);
            }
            return read(new String(bytes, StandardCharsets.UTF_8).strip(), process.exitValue(), program, key);
        } catch (TimeoutException e) {
            throw tooSlow(program, key);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private EngineException tooSlow(String program, String key) {
        return Failures.passing(program + " did not answer for " + key + " within " + timeout.toMillis() / 1000.0
                + " s and was killed");
    }

    private static @Nullable RegistryAuth read(String output, int exitCode, String program, String key) {
        if (exitCode != 0) {
            if (output.equals(NOT_FOUND)) {
                return null;
            }
            // Not what it wrote: that may be a secret.
            throw Failures.auth(program + " failed for " + key + " with exit code " + exitCode
                    + "; to see why, run as the" + " worker's user: echo " + key + " | " + program + " get");
        }
        JsonNode answer = parse(output, program, key);
        String username = text(answer, "Username", program, key);
        String secret = text(answer, "Secret", program, key);
        if (username.equals(TOKEN_USER)) {
            return new RegistryAuth(null, null, key, secret, null);
        }
        return username.isEmpty() && secret.isEmpty() ? null : new RegistryAuth(username, secret, key, null, null);
    }

    /** The first JSON value, as Go's decoder reads it: what follows it does not count. */
    private static JsonNode parse(String output, String program, String key) {
        try (JsonParser json = ContractJson.mapper().createParser(output)) {
            JsonNode answer = json.readValueAsTree();
            if (answer != null && (answer.isObject() || answer.isNull())) {
                return answer;
            }
        } catch (JacksonException e) { // whose message may quote what it read
            throw Failures.auth("what " + program + " answered for " + key + " is not JSON");
        }
        throw Failures.auth("what " + program + " answered for " + key + " is not a JSON object");
    }

    /** Go matches the names of fields in any case. */
    private static String text(JsonNode answer, String field, String program, String key) {
        for (Map.Entry<String, JsonNode> entry : answer.properties()) {
            if (entry.getKey().equalsIgnoreCase(field) && !entry.getValue().isNull()) {
                if (!entry.getValue().isString()) {
                    throw Failures.auth(
                            "what " + program + " answered for " + key + " has a " + field + " that is not a string");
                }
                return entry.getValue().stringValue();
            }
        }
        return "";
    }

    private @Nullable Path find(String program) {
        for (Path folder : searchFolders) {
            Path file = folder.resolve(program);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return file;
            }
        }
        return null;
    }
}
