// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.local.Wanted.When;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How {@code pullcast pull} pulls. */
final class PullOptions {
    private static final int DEFAULT_JOBS = 4;

    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-p", "--parallel"},
            description = "Pull several images at once: as many as --jobs says. Without it: one after another.")
    private boolean parallel;

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "N",
            description =
                    "Pulls at once, at least 1; implies --parallel. Default with --parallel: 4. Through a gateway it"
                            + " holds for each worker.")
    private @Nullable Integer jobs;

    @Option(
            names = "--policy",
            paramLabel = "WHEN",
            description =
                    "missing: ask the registry only for what is not there. always: ask every time. never: do not ask;"
                            + " an image that is not there is a failure. Default: what its source says, else missing.")
    private @Nullable Policy policy;

    @Option(
            names = "--only-missing",
            description = "Leave images that are there out altogether: they are neither pulled nor listed nor shown.")
    private boolean onlyMissing;

    @Option(names = "--list", description = "Print the images that would be pulled, one a line, and pull nothing.")
    private boolean list;

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH",
            description = "For images whose source names none. Default: the engine's own.")
    private @Nullable String platform;

    @Option(
            names = "--retries",
            paramLabel = "N",
            description = "After failures that can heal, for each image. Default: 3.")
    private @Nullable Integer retries;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Seconds.class,
            description = "For each attempt, as 90, 90s, 15m or 2h. Default: 1h.")
    private @Nullable Duration timeout;

    @Option(
            names = "--keep-going",
            description = "Pull the others when one fails, and report every failure. This is the default.")
    private boolean keepGoing;

    @Option(names = "--fail-fast", description = "The first failure ends the other pulls.")
    private boolean failFast;

    @Option(
            names = "--verify",
            description = "Fail images whose digest is not the one that they are pinned to (NAME@DIGEST), or that"
                    + " the --lock file has for them.")
    private boolean verify;

    @Option(
            names = "--lock",
            paramLabel = "FILE",
            description = "When every image is there, write REFERENCE@DIGEST of each to this file.")
    private @Nullable Path lock;

    @Option(
            names = "--log-file",
            paramLabel = "FILE",
            description = "Also write what happens to this file, for people; pullcast log shows it.")
    private @Nullable Path logFile;

    /** As typed. */
    enum Policy {
        missing(When.MISSING),
        always(When.ALWAYS),
        never(When.NEVER);

        private final When meaning;

        Policy(When meaning) {
            this.meaning = meaning;
        }
    }

    @SuppressWarnings("NullAway.Init") // picocli sets it
    PullOptions() {}

    /** Refuses what contradicts itself. */
    void check() {
        refuseIf(jobs != null && jobs < 1, "--jobs must be at least 1");
        refuseIf(retries != null && retries < 0, "--retries must be at least 0");
        refuseIf(keepGoing && failFast, "--keep-going and --fail-fast contradict each other: give one");
    }

    /** A wrong command line, told as picocli tells it. */
    void refuseIf(boolean wrong, String why) {
        if (wrong) {
            throw new ParameterException(spec.commandLine(), why);
        }
    }

    /** Pulls at once. */
    int atOnce() {
        return jobs != null ? jobs : parallel ? DEFAULT_JOBS : 1;
    }

    /** Null where the command line does not say. */
    @Nullable
    When when() {
        return policy == null ? null : policy.meaning;
    }

    boolean onlyMissing() {
        return onlyMissing;
    }

    boolean list() {
        return list;
    }

    @Nullable
    String platform() {
        return platform;
    }

    @Nullable
    Integer retries() {
        return retries;
    }

    @Nullable
    Duration timeout() {
        return timeout;
    }

    boolean failFast() {
        return failFast;
    }

    boolean verify() {
        return verify;
    }

    @Nullable
    Path lock() {
        return lock;
    }

    @Nullable
    Path logFile() {
        return logFile;
    }
}
