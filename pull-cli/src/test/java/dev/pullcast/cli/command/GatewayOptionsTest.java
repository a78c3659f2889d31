// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class GatewayOptionsTest {
    @TempDir
    private Path folder;

    @Command
    private static final class Any {
        @CommandLine.Mixin
        private final GatewayOptions gateway = new GatewayOptions();
    }

    private GatewayOptions parsed(String url, String... more) throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "a-token");
        List<String> arguments = new ArrayList<>(List.of("--gateway", url, "--token", token.toString()));
        arguments.addAll(List.of(more));
        Any any = new Any();
        new CommandLine(any).parseArgs(arguments.toArray(String[]::new));
        return any.gateway;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://gateway.example:8080",
                "http://10.0.0.1",
                "http://127.0.0.1.evil.example",
                "http://localhost.evil.example",
                "http://[fd00::1]:8080"
            })
    void aTokenDoesNotGoInClearToAnotherMachine(String url) throws IOException {
        GatewayOptions options = parsed(url);
        assertThatThrownBy(options::client)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--insecure")
                .hasMessageNotContaining("a-token");
        assertThat(parsed(url, "--insecure").client().url()).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://gateway.example",
                "http://127.0.0.1:8080",
                "http://127.8.8.8",
                "http://localhost:1",
                "http://[::1]:8080",
                "unix:///run/gateway.sock"
            })
    void itGoesOverTlsAndWithinTheMachine(String url) throws IOException {
        assertThat(parsed(url).client().url()).isEqualTo(url);
    }

    @Test
    void withoutATokenAnyAddressWillDo() {
        Any any = new Any();
        new CommandLine(any).parseArgs("--gateway", "http://gateway.example:8080");
        assertThat(any.gateway.client().url()).isEqualTo("http://gateway.example:8080");
    }
}
