// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.PullPolicy;
import dev.pullcast.contract.worker.EngineFacts;
import dev.pullcast.testkit.EngineAnswer;
import dev.pullcast.testkit.EngineRoute;
import dev.pullcast.testkit.ScriptedEngine;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engines behind proxies that let a part of the API pass, answer in the engine's place, or have lost it. */
class EnginesOfPeopleIT {
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final String OTHER_DIGEST = "sha256:" + "b".repeat(64);
    private static final String FORBIDDEN_PAGE =
            "<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n";

    private final ScriptedEngine engine = ScriptedEngine.start();
    private final PullsOnAnEngine pulls = new PullsOnAnEngine("unix://" + engine.socket());

    @AfterEach
    void close() {
        pulls.close();
        engine.close();
    }

    private void refuse(EngineRoute route, EngineAnswer answer) {
        engine.when(route, _ -> true, answer);
    }

    private void pullsWell() {
        engine.whenPulled(EngineAnswer.stream()
                .lines("{\"status\":\"Pulling from a\",\"id\":\"1\"}", "{\"status\":\"Digest: " + DIGEST + "\"}")
                .effect(() -> engine.putImage("r.example/a:1", DIGEST))
                .lines("{\"status\":\"Status: Downloaded newer image for r.example/a:1\"}")
                .end());
    }

    @Nested
    class AProxyThatAllowsAPartOfTheApi {
        @ParameterizedTest
        @EnumSource(names = {"PING", "VERSION", "INFO", "INSPECT", "TAG", "OTHER"})
        void pullsWithWhatIsAllowed(EngineRoute refused) {
            refuse(refused, EngineAnswer.text(403, "text/html", FORBIDDEN_PAGE));
            pullsWell();
            EngineFacts facts = PullsOnAnEngine.await(pulls.engine.facts());
            assertThat(facts.version()).isEqualTo("28.0.0");
            assertThat(facts.arch()).isEqualTo("amd64");
            assertThat(pulls.succeed("r.example/a:1").digest()).isEqualTo(DIGEST);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "403 | text/plain | Forbidden",
                    "403 | application/json | {\"message\":\"Forbidden\"}",
                    "403 | application/json | {\"error\":\"forbidden\"}",
                    "403 | text/html | ``",
                    "401 | text/html | <h1>Log in</h1>",
                    "404 | text/html | <html><title>Not found</title></html>",
                    "404 | text/plain | 404 page not found",
                    "405 | text/plain | Method Not Allowed",
                    "501 | text/html | <html>no</html>",
                    "302 | text/html | <a href=/login>Found</a>",
                })
        void pullsWhereNothingButThePullIsAllowed(int status, String type, String body) {
            for (EngineRoute route : Set.of(
                    EngineRoute.PING, EngineRoute.VERSION, EngineRoute.INFO, EngineRoute.INSPECT, EngineRoute.TAG)) {
                refuse(route, EngineAnswer.text(status, type, body));
            }
            pullsWell();
            PullsOnAnEngine.await(pulls.engine.facts());
            PullsOnAnEngine.await(pulls.engine.details());
            assertThat(pulls.succeed("r.example/a:1").digest()).isEqualTo(DIGEST);
            assertThat(pulls.succeed("r.example/a:1@" + DIGEST).digest()).isEqualTo(DIGEST);
        }

        @Test
        void doesNotMakeAnotherDigestPass() {
            refuse(EngineRoute.INSPECT, EngineAnswer.text(403, "text/html", FORBIDDEN_PAGE));
            pullsWell();
            pulls.fail("r.example/a@" + OTHER_DIGEST, FailureReason.DIGEST_MISMATCH);
        }

        @Test
        void stillFindsThatAnImageIsMissing() {
            engine.whenPulled(EngineAnswer.lines("{\"status\":\"Status: done\"}"));
            assertThat(pulls.fail("r.example/a:1", FailureReason.ENGINE_ERROR).message())
                    .contains("does not have");
        }
    }

    @Nested
    class ARefusalByTheEnginesAddress {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "403 | text/html | <html><body><h1>403 Forbidden</h1> Request forbidden by administrative rules.</body></html>",
                    "401 | text/html | <!DOCTYPE html><title>Sign in</title>",
                    "401 | text/plain | Unauthorized",
                    "403 | application/json | {\"message\":\"Forbidden\"}",
                    "403 | application/json | {\"message\":\"authorization denied by plugin opa: rejected by administrative policy\"}",
                    "403 | application/json | {\"error\":\"access denied\"}",
                    "404 | text/html | <html><title>404</title></html>",
                    "404 | text/plain | Not Found",
                    "405 | text/plain | Method Not Allowed",
                    "407 | text/html | <html></html>",
                    "501 | text/plain | Not Implemented",
                    "302 | text/html | <a href=https://login.example>Found</a>",
                    "500 | text/html | <html><h1>500 Internal Server Error</h1></html>",
                    "200 | text/html | <html><title>Welcome</title></html>",
                })
        void isAnEngineErrorAndSaysSo(int status, String type, String body) {
            engine.whenPulled(EngineAnswer.text(status, type, body));
            PullEvent.Failed failed = pulls.fail("r.example/a:1", FailureReason.ENGINE_ERROR);
            assertThat(failed.message())
                    .startsWith("The engine's address unix://" + engine.socket())
                    .contains("POST /images/create with HTTP " + status);
            assertThat(failed.message()).doesNotContain("<").doesNotContain("docker login");
            assertThat(failed.hint()).doesNotContain("docker login");
        }

        @Test
        void thatIsThePlainWordOfARegistryIsNotMeant() {
            engine.whenPulled(EngineAnswer.error(401, "unauthorized: authentication required"));
            pulls.fail("r.example/a:1", FailureReason.AUTH);
            engine.whenPulled(EngineAnswer.error(
                    404,
                    "pull access denied for a, repository does not exist or may require 'docker login': denied:"
                            + " requested access to the resource is denied"));
            pulls.fail("r.example/a:2", FailureReason.AUTH);
        }

        @ParameterizedTest
        @ValueSource(ints = {502, 503, 504})
        void thatHasLostItsEngineIsAnEngineThatIsGone(int status) {
            engine.whenPulled(EngineAnswer.text(status, "text/html", "<html><h1>No server is available</h1></html>"));
            assertThat(pulls.fail("r.example/a:1", FailureReason.ENGINE_GONE).message())
                    .contains("HTTP " + status)
                    .doesNotContain("<");
        }

        @Test
        void doesNotEndAPullThatOnlyLooks() {
            refuse(EngineRoute.INSPECT, EngineAnswer.text(403, "text/html", FORBIDDEN_PAGE));
            engine.whenPulled(EngineAnswer.error(404, "manifest for a:1 not found: manifest unknown"));
            PullEvent.OfPull end = pulls.pull("r.example/a:1", PullPolicy.ALWAYS, null);
            assertThat(((PullEvent.Failed) end).reason()).isEqualTo(FailureReason.NOT_FOUND);
        }
    }
}
