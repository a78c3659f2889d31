// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pullcast.testkit.PemCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Contexts that the docker command itself made, found as it finds them. */
class DockerContextsIT {
    private static final PemCertificate CERTIFICATE = PemCertificate.make("engine", "EC");

    @TempDir
    Path folder;

    @BeforeEach
    void makeContexts() throws Exception {
        assumeTrue(docker(Map.of(), "--version").startsWith("Docker"), "the docker command is not installed");
        create("plain", "host=unix:///x/y.sock");
        create("tcp", "host=tcp://10.1.2.3:2375");
        create("blind", "host=tcp://10.1.2.3:2376,skip-tls-verify=true");
        create("far", "host=ssh://me@far.example");
        Path ca = Files.writeString(folder.resolve("authority.pem"), CERTIFICATE.certificate());
        create("secure", "host=tcp://10.1.2.3:2376,ca=" + ca);
    }

    private void create(String name, String endpoint) throws Exception {
        docker(Map.of(), "context", "create", name, "--docker", endpoint);
    }

    /** Its output, standard error too. */
    private String docker(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("DOCKER_"));
        builder.environment().putAll(with(environment));
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return output;
        } catch (IOException e) {
            return "";
        }
    }

    private Map<String, String> with(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("DOCKER_CONFIG", folder.toString());
        return all;
    }

    private EngineAddress address(Map<String, String> environment) {
        return EngineAddress.of(null, with(environment));
    }

    private void config(String json) throws IOException {
        Files.writeString(folder.resolve("config.json"), json);
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', '', unix:///var/run/docker.sock",
        "'', '', plain, unix:///x/y.sock",
        "'', '', default, unix:///var/run/docker.sock",
        "'', tcp, plain, tcp://10.1.2.3:2375",
        "'', default, plain, unix:///var/run/docker.sock",
        "unix:///h.sock, tcp, plain, unix:///h.sock",
        "unix:///h.sock, nope, nope, unix:///h.sock",
        "'', far, '', ssh://me@far.example",
        "'', blind, '', tcp://10.1.2.3:2376",
        "'', secure, '', tcp://10.1.2.3:2376",
    })
    void areChosenInTheOrderOfTheDockerCommand(String host, String variable, String current, String expected)
            throws Exception {
        config("{\"currentContext\":\"" + current + "\"}");
        Map<String, String> environment = Map.of("DOCKER_HOST", host, "DOCKER_CONTEXT", variable);
        assertThat(address(environment).forCommand()).isEqualTo(expected);
        assertThat(docker(environment, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
                        .strip())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{bad | default",
                "{\"auths\":\"x\",\"currentContext\":\"plain\"} | plain",
                "{\"currentContext\":7} | default",
                "[] | default"
            })
    void aConfigurationWithMistakesCountsAsFarAsItCanBeRead(String json, String expected) throws Exception {
        config(json);
        assertThat(docker(Map.of(), "context", "show").lines().toList().getLast())
                .isEqualTo(expected);
        assertThat(address(Map.of()))
                .hasToString(expected.equals("plain") ? "unix:///x/y.sock" : "unix:///var/run/docker.sock");
    }

    @Test
    void whatIsGivenIsStronger() throws Exception {
        config("{\"currentContext\":\"plain\"}");
        assertThat(EngineAddress.of("unix:///given.sock", with(Map.of("DOCKER_CONTEXT", "tcp"))))
                .hasToString("unix:///given.sock");
    }

    @Test
    void haveCertificatesOfTheirOwn() {
        EngineAddress.Tcp secure = (EngineAddress.Tcp) address(Map.of("DOCKER_CONTEXT", "secure"));
        assertThat(secure.tls()).isNotNull().satisfies(tls -> {
            assertThat(tls.verify()).isTrue();
            assertThat(tls.folder().resolve("ca.pem")).hasContent(CERTIFICATE.certificate());
        });
        EngineAddress.Tcp blind = (EngineAddress.Tcp) address(Map.of("DOCKER_CONTEXT", "blind"));
        assertThat(blind.tls())
                .isNotNull()
                .satisfies(tls -> assertThat(tls.verify()).isFalse());
        // Those of the environment are for DOCKER_HOST.
        EngineAddress.Tcp clear = (EngineAddress.Tcp)
                address(Map.of("DOCKER_CONTEXT", "tcp", "DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", "/c"));
        assertThat(clear.tls()).isNull();
    }

    @Test
    void thatDoNotExistAreAnErrorWithTheNamesOfThoseThatDo() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> address(Map.of("DOCKER_CONTEXT", "nope")))
                .withMessageContaining("'nope' (DOCKER_CONTEXT) does not exist")
                .withMessageContaining("blind, default, far, plain, secure, tcp");
        config("{\"currentContext\":\"../../gone\"}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> address(Map.of()))
                .withMessageContaining("'../../gone'")
                .withMessageContaining("config.json");
    }

    @Test
    void thatOnlyTheCommandReachesAreAnErrorForTheApi() {
        EngineAddress far = address(Map.of("DOCKER_CONTEXT", "far"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Engines.checkMode(EngineMode.API, far))
                .withMessageContaining("ssh");
    }
}
