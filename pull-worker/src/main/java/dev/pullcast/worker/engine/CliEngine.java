// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.worker.stream.EngineMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The engine behind the {@code docker} command, for machines where the command reaches an engine that the API client
 * does not: a context, {@code ssh://}, a wrapper with other rights. It tells phases of layers but no bytes. Success is
 * the exit code 0; whoever asked still has to look at the image.
 */
public final class CliEngine implements EngineClient {
    private static final String DAEMON_SAYS = "Error response from daemon: ";
    /** Of the command's own connection to the engine, not of the engine's to the registry. */
    private static final Pattern LOST_ENGINE = Pattern.compile(
            "(?i)\\A(unexpected eof|eof|.*read unix .*|.*connection reset by peer)?\\z", Pattern.DOTALL);

    private static final int SIGNALLED = 128;

    private final Vertx vertx;
    private final DockerCommand command;
    private final Path userConfig;
    private final Set<CliPull> open = ConcurrentHashMap.newKeySet();

    /**
     * An engine behind this command; nothing is started yet.
     *
     * @param environment for {@code DOCKER_CONFIG} and {@code HOME}
     */
    public CliEngine(Vertx vertx, DockerCommand command, Map<String, String> environment) {
        this.vertx = vertx;
        this.command = command;
        String folder = environment.getOrDefault("DOCKER_CONFIG", "");
        this.userConfig =
                folder.isEmpty() ? Path.of(environment.getOrDefault("HOME", "."), ".docker") : Path.of(folder);
        var _ = vertx.executeBlocking(() -> {
            CliLogin.sweep(command.logins()); // which reports its own failures
            return command;
        });
    }

    @Override
    public Future<EngineFacts> facts() {
        return details().map(EngineDetails::facts);
    }

    @Override
    public Future<EngineDetails> details() {
        return version()
                .map(version -> version.path("Server"))
                .compose(server ->
                        run("info", "--format", "{{json .}}").map(this::json).map(info -> details(server, info)));
    }

    private static EngineDetails details(JsonNode server, JsonNode info) {
        EngineDetails details = new InfoAnswer(
                        InfoAnswer.isPodman(server), server.path("ApiVersion").asString(""), info)
                .details(server);
        EngineFacts facts = details.facts();
        return details.withFacts(new EngineFacts(
                facts.kind(),
                server.path("Version").asString(""),
                facts.apiVersion(),
                server.path("Os").asString("linux"),
                server.path("Arch").asString(""),
                facts.storageDriver(),
                facts.dataRoot(),
                null));
    }

    /** What {@code docker version} says; fails if the command cannot reach its engine. */
    Future<JsonNode> version() {
        return run("version", "--format", "{{json .}}").map(this::json);
    }

    @Override
    public Future<Optional<ImageFacts>> inspect(String name) {
        return ran("image", "inspect", "--format", "{{json .}}", "--", name).map(ran -> {
            if (ran.exit() != 0 && ran.errors().toLowerCase(Locale.ROOT).contains("no such image")) {
                return Optional.empty();
            }
            return Optional.of(DockerEngine.imageFacts(json(output(ran))));
        });
    }

    @Override
    public Future<Void> tag(String source, String repository, String tag) {
        return run("tag", "--", source, repository + ":" + tag).mapEmpty();
    }

    @Override
    public Future<Removal> remove(String name) {
        return run("ps", "--all", "--quiet", "--filter", "ancestor=" + name)
                .compose(users -> users.isBlank()
                        ? ran("image", "rm", "--", name).compose(CliEngine::removal)
                        : Future.succeededFuture(Removal.IN_USE));
    }

    private static Future<Removal> removal(DockerCommand.Ran ran) {
        String words = ran.errors().toLowerCase(Locale.ROOT);
        if (ran.exit() == 0) {
            return Future.succeededFuture(Removal.REMOVED);
        }
        if (words.contains("no such image")) {
            return Future.succeededFuture(Removal.ABSENT);
        }
        return words.contains("conflict")
                ? Future.succeededFuture(Removal.IN_USE)
                : Future.failedFuture(
                        new EngineException(PullFailure.of(FailureReason.ENGINE_ERROR, wordsOf(ran.errors()))));
    }

    /** Unknown: the command does not say on which machine its engine is. */
    @Override
    public Future<Optional<Long>> freeBytes() {
        return Future.succeededFuture(Optional.empty());
    }

    @Override
    public EngineCall pull(PullRequest request, Consumer<EngineMessage> messages) {
        CliPull call = new CliPull(vertx.getOrCreateContext(), messages, open::remove);
        open.add(call);
        List<String> arguments = new ArrayList<>(List.of("pull"));
        if (request.platform() != null) {
            arguments.add("--platform=" + request.platform());
        }
        arguments.add("--");
        arguments.add(pullName(request.reference()));
        RegistryAuth auth = request.auth();
        AtomicReference<@Nullable CliLogin> login = new AtomicReference<>();
        call.begin(
                () -> {
                    // Without a folder of its own the command would use the machine's logins, whoever may not.
                    CliLogin written = CliLogin.write(auth, request.reference().domain(), userConfig, command.logins());
                    login.set(written);
                    return command.start(written.folder(), arguments);
                },
                (exit, errors) -> judge(exit, errors, auth),
                () -> {
                    CliLogin written = login.get();
                    if (written != null) {
                        written.close();
                    }
                });
        return call;
    }

    /** Without a tag the command takes {@code latest}; with a digest the tag says nothing more. */
    private static String pullName(ImageReference reference) {
        return reference.digest() != null
                ? reference.name() + "@" + reference.digest()
                : reference.name() + ":" + (reference.tag() == null ? "latest" : reference.tag());
    }

    private Future<CallEnd> judge(int exit, String errors, @Nullable RegistryAuth auth) {
        if (exit == 0) {
            return Future.succeededFuture(new CallEnd.Clean());
        }
        if (exit < 0) {
            return broken(command.notRunnable(errors).failure());
        }
        String words = wordsOf(errors);
        if (exit > SIGNALLED && words.isEmpty()) {
            return broken(PullFailure.of(
                    FailureReason.STREAM_CUT, "the docker command was ended by a signal (exit code " + exit + ")"));
        }
        if (!errors.contains(DAEMON_SAYS) && LOST_ENGINE.matcher(words).matches()) {
            String said = words.isEmpty() ? "exit code " + exit : words;
            return version()
                    .map(_ -> words.isEmpty()
                            ? PullFailure.of(
                                    FailureReason.STREAM_CUT,
                                    "the docker command ended without a reason before the pull had ended (" + said
                                            + ")")
                            : failureOf(said, auth))
                    .otherwise(t -> PullFailure.of(
                            FailureReason.ENGINE_GONE,
                            "the engine went away during the pull (" + said + "; "
                                    + EngineException.failureOf(t).message() + ")"))
                    .map(CallEnd.Broken::new);
        }
        return broken(failureOf(words, auth));
    }

    private static Future<CallEnd> broken(PullFailure failure) {
        return Future.succeededFuture(new CallEnd.Broken(failure));
    }

    /** The status is unknown; 500 is what engines answer most errors with. */
    private static PullFailure failureOf(String words, @Nullable RegistryAuth auth) {
        PullFailure failure = FailureClassifier.classify(500, words, auth);
        boolean mayNot = words.toLowerCase(Locale.ROOT).contains("permission denied while trying to connect");
        return mayNot ? new PullFailure(FailureReason.ENGINE_GONE, false, failure.message(), null) : failure;
    }

    private static String wordsOf(String errors) {
        List<String> lines = new ArrayList<>();
        for (String line : errors.lines().toList()) {
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("WARNING:") && !text.startsWith("See 'docker")) {
                lines.add(text.startsWith(DAEMON_SAYS) ? text.substring(DAEMON_SAYS.length()) : text);
            }
        }
        return String.join("\n", lines);
    }

    private Future<String> run(String... arguments) {
        return ran(arguments).map(CliEngine::output);
    }

    private Future<DockerCommand.Ran> ran(String... arguments) {
        return vertx.executeBlocking(() -> command.run(List.of(arguments)), false)
                .map(Objects::requireNonNull);
    }

    private static String output(DockerCommand.Ran ran) {
        if (ran.exit() != 0) {
            String words = wordsOf(ran.errors());
            throw new EngineException(
                    failureOf(words.isEmpty() ? "the docker command ended with exit code " + ran.exit() : words, null));
        }
        return ran.output();
    }

    private JsonNode json(String output) {
        try {
            return ContractJson.mapper().readTree(output);
        } catch (JacksonException e) {
            throw new EngineException(PullFailure.of(
                    FailureReason.ENGINE_ERROR,
                    "the answer of '" + command + "' is not JSON: " + e.getOriginalMessage()));
        }
    }

    @Override
    public Future<Void> close() {
        List<CliPull> running = List.copyOf(open);
        running.forEach(CliPull::close);
        return vertx.executeBlocking(
                        () -> {
                            running.forEach(CliPull::kill);
                            return running;
                        },
                        false)
                .mapEmpty();
    }

    /** Where a person would look for it. */
    @Override
    public String toString() {
        return "the other end of the command '" + command + "'";
    }
}
