// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which engine, for commands that talk to one themselves. */
final class EngineOptions {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description =
                    "The engine: unix:///PATH or tcp://HOST:PORT. Default: DOCKER_HOST, else the docker context in"
                            + " use, else /var/run/docker.sock.")
    private @Nullable String host;

    @Option(names = "--socket", paramLabel = "PATH", description = "The engine's socket; as --host unix://PATH.")
    private @Nullable String socket;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    EngineOptions() {}

    /** In the forms of {@code DOCKER_HOST}; null for what the environment says. */
    @Nullable
    String address() {
        if (host != null && socket != null) {
            throw new ParameterException(spec.commandLine(), "--host and --socket name the same thing: give one");
        }
        return socket != null ? "unix://" + socket : host;
    }
}
