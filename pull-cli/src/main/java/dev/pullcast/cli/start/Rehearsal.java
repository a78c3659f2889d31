// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.start;

import dev.pullcast.cli.Pullcast;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs commands as users do, so that the JVM sees what they need. An engine is played by {@link RehearsedEngine}, so that
 * none is needed and none is touched.
 */
public final class Rehearsal {
    private Rehearsal() {}

    /**
     * Runs.
     *
     * @param args {@code light} for commands without an engine, {@code pull} for pulls, too, or {@code all} for the
     *     services; an empty folder to work in
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        try (RehearsedEngine engine = RehearsedEngine.start(folder.resolve("engine.sock"))) {
            if (args[0].equals("all")) {
                RehearsedServices.run(engine.socket(), folder);
            } else {
                commands(args[0].equals("pull"), engine.socket().toString(), folder)
                        .forEach(Rehearsal::run);
            }
        }
        // Threads of Netty may linger; what is to be learnt has been.
        System.exit(0);
    }

    /** Runs a command whose words nobody reads. */
    static void run(List<String> command) {
        PrintWriter nowhere = new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Pullcast.execute(nowhere, nowhere, command.toArray(String[]::new));
    }

    private static List<List<String>> commands(boolean pulls, String socket, Path folder) throws IOException {
        Path list = sources(folder);
        List<List<String>> commands = new ArrayList<>(List.of(
                List.of("--version"),
                List.of("--help"),
                List.of("pull", "--help"),
                List.of("pull", "--list", "alpine:3.20"),
                List.of("images", list.toString()),
                List.of("images", "--json", folder.toString())));
        commands.add(List.of("images", "--status", "--socket", socket, list.toString()));
        if (pulls) {
            commands.add(List.of("pull", "--socket", socket, "rehearsed/there:1"));
            commands.add(List.of("pull", "--socket", socket, "--output", "json", "rehearsed/there:1"));
            commands.add(List.of("pull", "--socket", socket, "-p", "rehearsed/new:1", "rehearsed/there:1"));
        }
        return commands;
    }

    /** One source of each kind, so that the readers of all of them are known; returns the list. */
    private static Path sources(Path folder) throws IOException {
        Files.writeString(folder.resolve("compose.yaml"), """
                x-common: &common {image: "${REGISTRY:-docker.io}/a:1"}
                services: {a: {<<: *common, depends_on: [b]}, b: {extends: a, volumes: [./x:/x]}}
                """);
        Files.writeString(folder.resolve("compose.override.yaml"), "services: {b: {image: b, ports: !reset []}}\n");
        Files.writeString(folder.resolve(".env"), "REGISTRY=registry.example\n");
        Files.writeString(folder.resolve("pod.yaml"), """
                apiVersion: v1
                kind: Pod
                spec: {containers: [{image: c, imagePullPolicy: Always}]}
                """);
        Files.writeString(
                folder.resolve("lab.clab.yml"), "topology: {nodes: {n: {kind: linux, image: \"d:${V:=1}\"}}}\n");
        Files.writeString(folder.resolve("Dockerfile"), "ARG TAG=1\nFROM e:${TAG} AS f\nCOPY --from=f a b\n");
        Files.writeString(folder.resolve("g.clnrm.toml"), "[test.metadata]\n[service.g]\nimage = \"g:1\"\n");
        return Files.writeString(folder.resolve("images.txt"), "alpine:3.20\nrehearsed/there:1\n");
    }
}
