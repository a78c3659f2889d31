// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.cli.command.ExitCodes;
import dev.pullcast.cli.discover.Search;
import dev.pullcast.testkit.DevEngine;
import dev.pullcast.testkit.DevEngine.Ran;
import dev.pullcast.testkit.Processes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code pullcast images} as people start it. */
class ImagesIT {
    private static final String LAUNCHER =
            Processes.checkout().resolve("pullcast").toString();

    @TempDir
    private Path folder;

    @BeforeEach
    void thereIsAProject() {
        Search.in(folder, """
                -- compose.yaml --
                services: {web: {image: "web:1", depends_on: [db]}, db: {image: "db:2"}, other: {image: "other:3"}}
                -- Dockerfile --
                ARG TAG
                FROM base:${TAG:-4}
                -- bad.clnrm.toml --
                [test.metadata
                """);
    }

    private Ran images(String... arguments) {
        List<String> all = new ArrayList<>(List.of(LAUNCHER, "images"));
        all.addAll(List.of(arguments));
        return Processes.run(all, Map.of("PULLCAST_NO_BUILD", "1"));
    }

    @Test
    void oneBadFileIsToldAndDoesNotStopTheOthers() {
        Ran ran = images(folder.toString());
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.FAILED);
        assertThat(ran.output())
                .contains("web:1\ndb:2\nother:3\nbase:4\n")
                .contains("pullcast: " + folder.resolve("bad.clnrm.toml") + ":1:")
                .contains("not valid TOML");
    }

    @Test
    void optionsAreThoseOfDockerCompose() {
        Ran ran = images("-f", folder.resolve("compose.yaml").toString(), "-p", "mine", "--profile", "x", "web");
        assertThat(ran.output()).isEqualTo("web:1\ndb:2\n");
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.OK);
        assertThat(images("--build-arg", "TAG=5", folder.resolve("Dockerfile").toString())
                        .output())
                .isEqualTo("base:5\n");
        assertThat(images("--from", "nonsense").exitCode()).isEqualTo(ExitCodes.USAGE);
        assertThat(images("--socket", "/x").exitCode()).isEqualTo(ExitCodes.USAGE);
    }

    @Test
    void withoutAnEngineTheStatusIsNotKnownButTheProblemsAre() {
        Ran ran = images(
                folder.toString(),
                "--status",
                "--socket",
                folder.resolve("nobody.sock").toString());
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.UNAVAILABLE);
        assertThat(ran.output()).contains("not valid TOML", "nobody.sock");
    }

    @Nested
    class OnARealEngine {
        @RegisterExtension
        static final DevEngine ENGINE = new DevEngine();

        @Test
        void theStatusSaysWhatIsThereWithSizeAndDigest() {
            String digest = ENGINE.seedImage("images/there:1", "--layers", "1", "--size", "100K", "--seed", "55");
            String there = ENGINE.image("images/there:1");
            String missing = ENGINE.image("images/missing:1");
            Processes.run(
                            List.of(
                                    LAUNCHER,
                                    "pull",
                                    "--socket",
                                    ENGINE.socket().toString(),
                                    there),
                            Map.of("PULLCAST_NO_BUILD", "1"))
                    .orFail();
            Search.in(folder, "-- list/images.txt --\n" + there + "\n" + missing + "\n");
            String list = folder.resolve("list").toString();
            Ran table = images("--status", "--socket", ENGINE.socket().toString(), list);
            assertThat(table.exitCode()).isEqualTo(ExitCodes.OK);
            assertThat(table.output().lines().toList())
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .startsWith("present")
                                    .contains(digest.substring(0, 19))
                                    .endsWith(there),
                            line -> assertThat(line).startsWith("missing").endsWith(missing));
            Ran json = images("--json", "--status", "--socket", ENGINE.socket().toString(), list);
            assertThat(json.output())
                    .contains("\"present\":true,\"size\":", "\"digest\":\"" + digest + '"', "\"present\":false");
        }
    }
}
