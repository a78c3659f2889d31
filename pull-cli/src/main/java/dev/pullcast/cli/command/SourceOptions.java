// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.discover.Discovery;
import dev.pullcast.cli.discover.Surroundings;
import dev.pullcast.cli.discover.found.ComposeOptions;
import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.SourceKind;
import dev.pullcast.cli.discover.text.BuilderArguments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Where images are named: the same options for every command that looks for them. */
final class SourceOptions {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--from",
            paramLabel = "KIND",
            description = "Every source is of this kind: clnrm, compose, containerlab, clabernetes, kubernetes,"
                    + " dockerfile or list. Default: each is recognised by name and content.")
    private @Nullable String from;

    @Option(
            names = "--build-arg",
            paramLabel = "NAME[=VALUE]",
            description = "For ARG before FROM in Dockerfiles; without a value that of the environment. Repeatable.")
    private List<String> buildArguments = new ArrayList<>();

    @ArgGroup(validate = false, heading = "%nFor projects of compose, as in docker compose:%n")
    private Compose compose = new Compose();

    /** As in docker compose. */
    static final class Compose {
        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description =
                        "A Compose file, - for standard input; later ones override earlier ones. Operands are then"
                                + " names of services. Default: COMPOSE_FILE, else compose.yaml and its kin here or above.")
        private List<String> files = new ArrayList<>();

        @Option(
                names = "--env-file",
                paramLabel = "FILE",
                description = "Variables, in place of the project's .env. Repeatable.")
        private List<String> envFiles = new ArrayList<>();

        @Option(names = "--project-name", paramLabel = "NAME", description = "Default: the project's folder.")
        private @Nullable String projectName;

        @Option(
                names = "--profile",
                paramLabel = "NAME",
                description = "Services of this profile, too; * for all. Default: COMPOSE_PROFILES. Repeatable.")
        private List<String> profiles = new ArrayList<>();

        @Option(
                names = "--project-directory",
                paramLabel = "FOLDER",
                description = "What paths and .env are relative to. Default: the folder of the first file.")
        private @Nullable String projectDirectory;

        @Option(
                names = "--include-built",
                description = "Also the names that compose gives to images that it only builds.")
        private boolean includeBuilt;

        @Option(
                names = "--resolver",
                paramLabel = "WHO",
                defaultValue = "own",
                description = "own: needs nothing else. docker: docker compose config. Default: ${DEFAULT-VALUE}.")
        private Resolver resolver = Resolver.own;
    }

    /** As typed. */
    enum Resolver {
        own,
        docker
    }

    @SuppressWarnings("NullAway.Init") // picocli sets it
    SourceOptions() {}

    /** Searches what the operands name: paths, {@code -}, services of compose. */
    Found find(List<String> operands, @Nullable String projectName) {
        return Discovery.find(request(operands, projectName, false), Surroundings.ofProcess());
    }

    /**
     * The same, but an operand that is no path is an image.
     *
     * @param platform that a Dockerfile is built for; null for this machine's
     */
    Found findOrTake(List<String> operands, @Nullable String platform) {
        Discovery.Request request = request(operands, null, true);
        Map<String, String> arguments =
                new LinkedHashMap<>(platform == null ? Map.of() : BuilderArguments.ofTarget(platform));
        arguments.putAll(request.buildArguments());
        return Discovery.find(
                new Discovery.Request(request.operands(), request.kind(), request.compose(), arguments, true),
                Surroundings.ofProcess());
    }

    private Discovery.Request request(List<String> operands, @Nullable String shortName, boolean imagesAllowed) {
        ComposeOptions options = new ComposeOptions(
                compose.files,
                compose.envFiles,
                shortName == null ? compose.projectName : shortName,
                compose.profiles,
                compose.projectDirectory,
                List.of(),
                compose.includeBuilt,
                compose.resolver == Resolver.docker);
        return new Discovery.Request(operands, kind(), options, arguments(), imagesAllowed);
    }

    private @Nullable SourceKind kind() {
        try {
            return from == null ? null : SourceKind.of(from);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private Map<String, String> arguments() {
        Map<String, String> arguments = new LinkedHashMap<>();
        for (String argument : buildArguments) {
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            String value = equals < 0 ? System.getenv(name) : argument.substring(equals + 1);
            if (value != null) {
                arguments.put(name, value);
            }
        }
        return arguments;
    }
}
