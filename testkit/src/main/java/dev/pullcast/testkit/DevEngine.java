// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real Docker Engine and a real registry for one test class, in a folder of their own, through
 * {@code deploy/dev/engine}; nothing of it is left afterwards.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final DevEngine ENGINE = new DevEngine();
 * }</pre>
 *
 * <p>Where the machine cannot start one, the tests are skipped with the reason, unless the environment says
 * {@code PULLCAST_TEST_ENGINE=required} (as {@code scripts/test} does where it can): then they fail. Not safe from
 * several threads.
 */
public final class DevEngine implements BeforeAllCallback, AfterAllCallback, AutoCloseable {
    /** What {@code deploy/dev/engine} says when something is missing that it cannot install. */
    private static final int UNAVAILABLE = 69;

    private final Setup setup;
    private final Map<String, String> environment;

    /** For a JVM that is told to end amid its tests. */
    private final Thread atExit = new Thread(this::close);

    private int classes;
    private @Nullable Path home;
    private String dockerHost = "";
    private String registry = "";

    /**
     * How it differs from the machine's own.
     *
     * @param login {@code user:password} that the registry asks for; empty for none
     * @param dataMebibytes of a disk of its own; 0 for the machine's
     * @param newest of Debian's archive, rather than the one on the {@code PATH}
     * @param options of dockerd
     */
    private record Setup(String login, int dataMebibytes, boolean newest, List<String> options) {}

    /** An engine on the machine's disk and a registry without a login. */
    public DevEngine() {
        this(new Setup("", 0, false, List.of()));
    }

    private DevEngine(Setup setup) {
        this.setup = setup;
        this.environment = new LinkedHashMap<>();
        if (!setup.login().isEmpty()) {
            environment.put("PULLCAST_DEV_REGISTRY_AUTH", setup.login());
        }
    }

    /** With a registry that asks for this login. */
    public static DevEngine withLogin(String user, String password) {
        return new DevEngine(new Setup(user + ':' + password, 0, false, List.of()));
    }

    /** With a disk of its own, in memory, that is soon full. Only for Linux and root, as the engine is. */
    public static DevEngine withDiskOf(int mebibytes) {
        return new DevEngine(new Setup("", mebibytes, false, List.of()));
    }

    /**
     * The newest Docker Engine of Debian's archive, downloaded and unpacked once. Where that is impossible the tests are
     * skipped with the reason, unless the environment says {@code PULLCAST_TEST_NEWEST=required}.
     *
     * @param dockerdOptions such as {@code --max-concurrent-downloads=1}
     */
    public static DevEngine newest(String... dockerdOptions) {
        return new DevEngine(new Setup("", 0, true, List.of(dockerdOptions)));
    }

    /** The same with containerd's image store. */
    public static DevEngine newestWithContainerdStore() {
        return newest("--feature", "containerd-snapshotter=true");
    }

    /** JUnit calls it for nested classes, too; they share the engine of the outermost. */
    @Override
    public void beforeAll(ExtensionContext context) {
        if (classes++ == 0) {
            open();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (--classes == 0) {
            close();
        }
    }

    /** Starts engine and registry; skips the test where that is impossible. */
    public DevEngine open() {
        try {
            home = Files.createTempDirectory("pullcast-engine");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(atExit);
        mountDisk(home);
        if (setup.newest()) {
            findNewest();
        }
        Ran up = up();
        if (up.exitCode() == UNAVAILABLE && !"required".equals(System.getenv("PULLCAST_TEST_ENGINE"))) {
            close();
            Assumptions.abort("no engine: " + up.output().strip());
        }
        try {
            readEnvironment(up.orFail());
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        return this;
    }

    private void findNewest() {
        Ran found = Processes.run(
                List.of(Processes.checkout().resolve("deploy/dev/newest-engine").toString()), Map.of());
        if (found.exitCode() == UNAVAILABLE && !"required".equals(System.getenv("PULLCAST_TEST_NEWEST"))) {
            close();
            Assumptions.abort("no newest engine: " + found.output().strip());
        }
        String folder = found.orFail().output().lines().toList().getLast();
        environment.put("PATH", folder + ':' + System.getenv("PATH"));
    }

    private Ran up() {
        List<String> arguments = new ArrayList<>(List.of("up"));
        if (!setup.options().isEmpty()) {
            arguments.add("--");
            arguments.addAll(setup.options());
        }
        return script(arguments.toArray(String[]::new));
    }

    private void mountDisk(Path folder) {
        if (setup.dataMebibytes() > 0) {
            String disk = disk(folder);
            Ran ran = Processes.run(
                    List.of(
                            "sh",
                            "-c",
                            "mkdir -p \"$0\" && mount -t tmpfs -o size=" + setup.dataMebibytes() + "m pullcast \"$0\"",
                            disk),
                    Map.of());
            if (ran.exitCode() != 0) {
                Processes.deleteQuietly(folder);
                Assumptions.abort("no disk of its own can be mounted here: " + ran.output());
            }
        }
    }

    private void unmountDisk(Path folder) {
        if (setup.dataMebibytes() > 0) {
            script("down");
            Processes.run(List.of("umount", "-R", disk(folder)), Map.of());
        }
    }

    private static String disk(Path folder) {
        return folder.resolve("dockerd/data").toString();
    }

    private void readEnvironment(Ran up) {
        for (String line : script("env").orFail().output().lines().toList()) {
            if (line.startsWith("export DOCKER_HOST=")) {
                dockerHost = line.substring("export DOCKER_HOST=".length());
            } else if (line.startsWith("export PULLCAST_DEV_REGISTRY=")) {
                registry = line.substring("export PULLCAST_DEV_REGISTRY=".length());
            }
        }
        if (dockerHost.isEmpty() || registry.isEmpty()) {
            throw new IllegalStateException("deploy/dev/engine did not tell where it listens:\n" + up.output());
        }
    }

    /** Stops both and removes their data; fails if something of it goes on. */
    @Override
    public synchronized void close() {
        Path folder = home;
        if (folder != null) {
            unmountDisk(folder);
            Ran down = script("down", "--purge");
            home = null;
            Processes.deleteQuietly(folder);
            if (!Thread.currentThread().equals(atExit)) {
                Runtime.getRuntime().removeShutdownHook(atExit);
            }
            down.orFail();
        }
    }

    /** As in {@code DOCKER_HOST}: {@code unix:///…}. */
    public String dockerHost() {
        return dockerHost;
    }

    /** The engine's socket. */
    public Path socket() {
        return Path.of(dockerHost.substring("unix://".length()));
    }

    /** {@code 127.0.0.1:port}. */
    public String registry() {
        return registry;
    }

    /** The full reference of an image in the registry: {@code app:1} is {@code 127.0.0.1:port/app:1}. */
    public String image(String nameAndTag) {
        return registry + '/' + nameAndTag;
    }

    /**
     * Pushes one image of random bytes, or the samples when there are no arguments.
     *
     * @param arguments {@code NAME:TAG [--layers N] [--size 20M,40M] [--seed N] …} of {@code deploy/dev/engine seed}
     * @return digest by {@code NAME:TAG}
     */
    public Map<String, String> seed(String... arguments) {
        List<String> command = new ArrayList<>(List.of("seed"));
        command.addAll(List.of(arguments));
        Map<String, String> digests = new LinkedHashMap<>();
        for (String line :
                script(command.toArray(String[]::new)).orFail().output().lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words.length == 2 && words[1].startsWith("sha256:")) {
                digests.put(words[0], words[1]);
            }
        }
        if (digests.isEmpty()) {
            throw new IllegalStateException("deploy/dev/engine seed pushed nothing");
        }
        return digests;
    }

    /**
     * Pushes one image of random bytes.
     *
     * @param image {@code NAME:TAG}
     * @param options as for {@link #seed}
     * @return its digest
     */
    public String seedImage(String image, String... options) {
        List<String> arguments = new ArrayList<>(List.of(image));
        arguments.addAll(List.of(options));
        return seed(arguments.toArray(String[]::new)).values().iterator().next();
    }

    /** Runs the docker command against this engine and returns what it wrote; fails with that if it failed. */
    public String docker(String... arguments) {
        return tryDocker(arguments).orFail().output();
    }

    /** The same, for commands that may fail. */
    public Ran tryDocker(String... arguments) {
        List<String> command = new ArrayList<>(List.of("docker", "--host", dockerHost));
        command.addAll(List.of(arguments));
        return Processes.run(command, Map.of());
    }

    /** Whether the engine has this image. */
    public boolean has(String reference) {
        return tryDocker("image", "inspect", reference).exitCode() == 0;
    }

    /** The registry ends at once, as if its machine had lost power. */
    public void killRegistry() {
        Processes.kill(pidFile("registry"));
    }

    /** The engine ends at once; its containerd stays. */
    public void killEngine() {
        Processes.kill(pidFile("dockerd"));
    }

    /** Starts again whatever is not running, with the data and on the ports it had. */
    public void restart() {
        up().orFail();
    }

    /** Where the registry keeps its images; another one may serve them, too. */
    Path registryData() {
        return home().resolve("registry/data");
    }

    private Path pidFile(String part) {
        return home().resolve(part).resolve("pid");
    }

    private Path home() {
        Path folder = home;
        if (folder == null) {
            throw new IllegalStateException("the engine is not open");
        }
        return folder;
    }

    private Ran script(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Processes.checkout().resolve("deploy/dev/engine").toString()));
        command.addAll(List.of(arguments));
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.put("PULLCAST_DEV_HOME", String.valueOf(home));
        return Processes.run(command, all);
    }

    /**
     * A command that has ended.
     *
     * @param command as it was started
     * @param output standard output and error, as they came
     */
    public record Ran(List<String> command, int exitCode, String output) {
        /** Itself, if it succeeded. @throws IllegalStateException with its output if not */
        public Ran orFail() {
            if (exitCode != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " ended with exit code " + exitCode + ":\n" + output);
            }
            return this;
        }
    }
}
