// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.FailureReason;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureClassifierTest {
    @ParameterizedTest(name = "{0} {2} is {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            404 | not-found | manifest for 127.0.0.1:22000/team/app:nope not found: manifest unknown: manifest unknown
            404 | not-found | failed to resolve reference "R": R: not found
            200 | not-found | initializing source docker://R: reading manifest nope in N: manifest unknown
            404 | auth | pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
            500 | auth | Head "http://127.0.0.1:22001/v2/team/small/manifests/3": no basic auth credentials
            500 | auth | unauthorized: authentication required
            500 | auth | unknown: unexpected status from HEAD request to http://r/v2/x/manifests/1: 401 Unauthorized
            500 | auth | Get "http://r/v2/": unauthorized: incorrect username or password
            200 | auth | unable to retrieve auth token: invalid username/password: unauthorized
            500 | rate-limited | toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating
            500 | rate-limited | unknown: unexpected status from HEAD request to http://r/v2/x/manifests/1: 429 Too Many Requests
            500 | rate-limited | unknown: unexpected status from HEAD request to http://r/v2/x/manifests/1: 429
            500 | auth | unknown: unexpected status from HEAD request to http://r/v2/x/manifests/1: 401
            500 | network | Get "http://127.0.0.1:22099/v2/": dial tcp 127.0.0.1:22099: connect: connection refused
            500 | network | Get "https://no-such-host.invalid:5000/v2/": dial tcp: lookup no-such-host.invalid on 10.0.0.1:53: no such host
            200 | network | unexpected EOF
            500 | tls | Get "https://registry.test:22003/v2/": x509: certificate signed by unknown authority
            500 | tls | Get "https://10.99.4.1:5000/v2/": http: server gave HTTP response to HTTPS client
            500 | registry | received unexpected HTTP status: 500 Internal Server Error
            500 | registry | received unexpected HTTP status: 503 Service Unavailable
            500 | registry | unexpected status from HEAD request to http://r/v2/x/manifests/1: 503 Service Unavailable
            200 | disk-full | write /var/lib/docker/tmp/GetImageBlob123: no space left on device
            200 | disk-full | failed to register layer: Error processing tar file(exit status 1): write /data: no space left on device
            200 | disk-full | failed to extract layer sha256:1: write /x: no space left on device: unknown
            200 | digest-mismatch | filesystem layer verification failed for digest sha256:aa
            200 | digest-mismatch | failed commit on ref "layer-sha256:aa": unexpected commit digest sha256:bb, expected sha256:aa: failed precondition
            200 | digest-mismatch | writing blob: Digest did not match, expected sha256:aa, got sha256:bb
            200 | no-platform | no matching manifest for linux/s390x in the manifest list entries
            200 | no-platform | no image found in manifest list for architecture s390x, variant "", OS linux
            400 | invalid-reference | invalid reference format: repository name must be lowercase
            500 | engine-error | something that nobody has seen before
            401 | auth | something that nobody has seen before
            429 | rate-limited | slow down
            """)
    void wordsOfRealEngines(int status, String reason, String message) {
        assertThat(FailureClassifier.classify(status, message, null).reason().wireName())
                .isEqualTo(reason);
    }

    @Test
    void theEnginesWordsAreKept() {
        String words = "manifest for a:1 not found: manifest unknown: manifest unknown";
        assertThat(FailureClassifier.classify(404, words, null).message()).isEqualTo(words);
    }

    @Test
    void aStatedDelayIsRead() {
        assertThat(FailureClassifier.classify(429, "toomanyrequests: retry-after: 824.5ms, allowed: 44000/minute", null)
                        .retryAfter())
                .isNotNull();
        assertThat(FailureClassifier.classify(429, "toomanyrequests: Retry-After: 60", null)
                        .retryAfter())
                .isEqualTo(Duration.ofSeconds(60));
        assertThat(FailureClassifier.classify(429, "toomanyrequests", null).retryAfter())
                .isNull();
    }

    @Test
    void secretsAreTakenOutOfTheMessage() {
        RegistryAuth auth = new RegistryAuth("me", "hunter22", "r.example", null, null);
        PullFailure failure = FailureClassifier.classify(
                500,
                "Get \"https://me:hunter22@r.example/v2/?access_token=abc123&x=1\": unauthorized, sent Bearer eyJhbGciOi.x.y",
                auth);
        assertThat(failure.message())
                .doesNotContain("hunter22", "abc123", "eyJhbGciOi")
                .contains("r.example/v2/")
                .contains("unauthorized");
        assertThat(failure.reason()).isEqualTo(FailureReason.AUTH);
    }
}
