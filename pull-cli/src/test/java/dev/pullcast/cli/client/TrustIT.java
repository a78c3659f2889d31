// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.testkit.PemCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway behind TLS with a certificate authority of its own. */
class TrustIT {
    private static final PemCertificate OURS = PemCertificate.make("ours", "EC");

    private final PullJob job = PullJob.of("job-1", List.of(ImageRequest.of("alpine")));

    @TempDir
    Path dir;

    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer(OURS);
        server.answer("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n\r\n{\"id\":\"job-1\"}");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Trust trust(String pem) throws IOException {
        return Trust.of(Files.writeString(dir.resolve("ca.pem"), pem));
    }

    @Test
    void isReachedByThoseWhoTrustItsAuthorityAndItsTokenTravelsInside() throws IOException {
        new GatewayClient(server.url(), "secret", trust(OURS.certificate())).enqueue(job);
        assertThat(server.heads().getFirst()).contains("\nAuthorization: Bearer secret\n");
    }

    @Test
    void isSentNothingByThoseWhoTrustOthers() throws IOException {
        PemCertificate others = PemCertificate.make("others", "EC");
        GatewayClient stranger = new GatewayClient(server.url(), "secret", trust(others.certificate()));
        assertThatThrownBy(() -> stranger.enqueue(job)).isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> new GatewayClient(server.url(), "secret").enqueue(job))
                .isInstanceOf(SSLException.class);
        assertThat(server.heads()).noneMatch(head -> head.contains("secret"));
    }

    @Test
    void aFileThatIsNoAuthorityIsSaidToBeNone() throws IOException {
        assertThatThrownBy(() -> trust("nothing")).hasMessageContaining("ca.pem");
        assertThatThrownBy(() -> Trust.of(dir.resolve("missing.pem"))).hasMessageContaining("does not exist");
        Trust good = trust(OURS.certificate());
        assertThatThrownBy(() -> new GatewayClient("http://127.0.0.1:1", null, good))
                .hasMessageContaining("https://");
    }
}
