// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import dev.pullcast.cli.discover.found.ComposeOptions;
import dev.pullcast.cli.discover.found.Findings;
import dev.pullcast.cli.discover.found.Position;
import dev.pullcast.cli.discover.found.SourceException;
import dev.pullcast.cli.discover.yaml.YamlNode;
import dev.pullcast.cli.discover.yaml.YamlNode.Mapping;
import dev.pullcast.cli.discover.yaml.YamlNode.Scalar;
import dev.pullcast.cli.discover.yaml.YamlReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Lets {@code docker compose config} resolve a project: for those who prefer it, and for files from the network. */
final class DockerResolver {
    private static final String DOCKER = "docker";
    private static final String COMMAND = "docker compose config";

    private DockerResolver() {}

    static void read(ComposeOptions options, ComposeSource.Context context, Findings findings) throws SourceException {
        String text = run(arguments(options), options, context);
        YamlNode document = YamlReader.single(COMMAND, text);
        if (!(document instanceof Mapping model)) {
            throw new SourceException(Position.of(COMMAND), "answered with something else than a project");
        }
        Scalar name = model.text("name");
        Services services = new Services(model);
        ServiceImages images =
                ServiceImages.of(name == null ? "" : name.text(), options.includeBuilt(), services.all(), findings);
        for (Map.Entry<String, Mapping> entry : services.all().entrySet()) {
            images.add(entry.getKey(), entry.getValue());
        }
    }

    static List<String> arguments(ComposeOptions options) {
        List<String> arguments = new ArrayList<>(List.of(DOCKER, "compose"));
        options.files().forEach(file -> arguments.addAll(List.of("-f", file)));
        options.envFiles().forEach(file -> arguments.addAll(List.of("--env-file", file)));
        String name = options.projectName();
        if (name != null) {
            arguments.addAll(List.of("-p", name));
        }
        options.profiles().forEach(profile -> arguments.addAll(List.of("--profile", profile)));
        String folder = options.projectDirectory();
        if (folder != null) {
            arguments.addAll(List.of("--project-directory", folder));
        }
        arguments.add("config");
        arguments.addAll(options.services());
        return arguments;
    }

    private static String run(List<String> arguments, ComposeOptions options, ComposeSource.Context context)
            throws SourceException {
        List<String> command = new ArrayList<>(arguments);
        command.set(0, executable(context.environment()));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(context.folder().toFile());
        builder.environment().clear();
        builder.environment().putAll(context.environment());
        try {
            Process process = builder.start();
            CompletableFuture<String> errors = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
            try (OutputStream input = process.getOutputStream()) {
                if (options.files().contains("-")) {
                    context.input().transferTo(input);
                }
            } catch (IOException e) {
                // It ended without reading; what it says counts.
            }
            int code = process.waitFor();
            if (code != 0) {
                throw new SourceException(
                        Position.of(COMMAND),
                        "ended with " + code + ": " + errors.join().strip());
            }
            return output.join();
        } catch (IOException e) {
            throw new SourceException(
                    Position.of(COMMAND), "cannot be run (" + e.getMessage() + "): leave --resolver docker out");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SourceException(Position.of(COMMAND), "was interrupted");
        }
    }

    /** Java looks commands up in the path of its own process, whatever the environment of the new one says. */
    private static String executable(Map<String, String> environment) {
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path file = folder.isEmpty() ? null : Path.of(folder, DOCKER);
            if (file != null && Files.isExecutable(file)) {
                return file.toString();
            }
        }
        return DOCKER;
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
