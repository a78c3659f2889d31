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
            500 | network | Get "https://r/v2/": net/http: TLS handshake timeout
            500 | network | failed to resolve reference "r/a:1": failed to authorize: failed to fetch anonymous token: Get "https://auth.r/token": net/http: TLS handshake timeout
            200 | network | failed to copy: stream error: stream ID 3; INTERNAL_ERROR; received from peer
            200 | network | stream error: stream ID 7; REFUSED_STREAM
            200 | network | http2: server sent GOAWAY and closed the connection; LastStreamID=1999, ErrCode=NO_ERROR, debug=""
            200 | network | http2: client connection lost
            200 | network | http2: client connection force closed via ClientConn.Close
            200 | network | http2: timeout awaiting response headers
            500 | network | connection error: PROTOCOL_ERROR
            500 | network | Get "https://r/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)
            500 | network | Get "https://r/v2/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)
            500 | network | Get "https://r/v2/": context deadline exceeded
            500 | network | net/http: timeout awaiting response headers
            200 | network | context deadline exceeded (Client.Timeout or context cancellation while reading body)
            500 | network | Get "https://r/v2/": http: server closed idle connection
            500 | network | net/http: HTTP/1.x transport connection broken: malformed HTTP response "x"
            500 | network | Get "https://r/v2/": EOF
            200 | network | failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://r/v2/a/blobs/sha256:aa": EOF
            200 | network | short read: expected 41956067 bytes but got 11436032: unexpected EOF
            200 | network | failed commit on ref "layer-sha256:aa": "layer-sha256:aa" failed size validation: 1024 != 2048: failed precondition
            200 | network | failed commit on ref "layer-sha256:aa": unexpected commit size 1024, expected 2048: failed precondition
            500 | network | Get "https://r/v2/": dial tcp 10.0.0.1:443: i/o timeout
            500 | network | Get "https://r/v2/": dial tcp 10.0.0.1:443: connect: no route to host
            500 | network | Get "https://r/v2/": dial tcp 10.0.0.1:443: connect: network is unreachable
            500 | network | Get "https://r/v2/": dial tcp 10.0.0.1:443: connect: connection timed out
            500 | network | Get "https://r/v2/": dial tcp 10.0.0.1:443: connect: cannot assign requested address
            500 | network | Get "https://r/v2/": dial tcp: lookup r: Temporary failure in name resolution
            500 | network | Get "https://r/v2/": dial tcp: lookup r on 10.0.0.2:53: server misbehaving
            500 | network | Get "https://r/v2/": dial tcp: lookup r on 10.0.0.2:53: read udp 10.0.0.9:53112->10.0.0.2:53: i/o timeout
            200 | network | read tcp 10.0.0.9:57140->10.0.0.1:443: read: connection reset by peer
            200 | network | write tcp 10.0.0.9:57140->10.0.0.1:443: write: broken pipe
            200 | network | read tcp 10.0.0.9:57140->10.0.0.1:443: use of closed network connection
            200 | network | local error: tls: bad record MAC
            500 | network | Get "https://r/v2/": remote error: tls: internal error
            500 | network | Get "https://r/v2/": proxyconnect tcp: dial tcp 10.0.0.3:3128: connect: connection refused
            500 | network | Get "https://r/v2/": proxyconnect tcp: tls: first record does not look like a TLS handshake
            500 | network | Get "https://r/v2/": Proxy Authentication Required
            500 | network | received unexpected HTTP status: 511 Network Authentication Required
            500 | engine-gone | rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"
            500 | tls | Get "https://r/v2/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-30T00:00:00Z is after 2026-01-01T00:00:00Z
            500 | tls | Get "https://r/v2/": x509: certificate is valid for a.example, not r
            500 | tls | Get "https://r/v2/": x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs
            500 | tls | Get "https://r/v2/": remote error: tls: handshake failure
            500 | tls | Get "https://r/v2/": remote error: tls: protocol version not supported
            500 | tls | Get "https://r/v2/": remote error: tls: certificate required
            500 | tls | Get "https://r/v2/": proxyconnect tcp: tls: failed to verify certificate: x509: certificate signed by unknown authority
            500 | registry | error parsing HTTP 408 response body: invalid character '<' looking for beginning of value: "<html>timed out</html>"
            500 | registry | error parsing HTTP 502 response body: invalid character '<' looking for beginning of value: "<html>bad</html>"
            500 | registry | received unexpected HTTP status: 502 Bad Gateway
            500 | registry | failed to resolve reference "r/a:1": pull access denied, repository does not exist or may require authorization: failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://auth.r/token: 503 Service Unavailable
            500 | registry | unexpected status code https://r/v2/a/blobs/sha256:aa: 504 Gateway Time-out
            200 | registry | error from registry: failed to copy: httpReadSeeker: failed open: unexpected status from GET request to http://r/v2/a/blobs/sha256:aa: 500 Internal Server Error
            500 | registry | download failed after attempts=6: unavailable
            500 | registry | invalid character '<' looking for beginning of value
            500 | auth | error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: "<html>no</html>"
            404 | not-found | error parsing HTTP 404 response body: invalid character 'p' after top-level value: "404 page not found"
            500 | rate-limited | error parsing HTTP 429 response body: invalid character 'T' looking for beginning of value: "Too fast"
            500 | rate-limited | denied: Quota exceeded for quota metric 'Requests per project per region' and limit 'Requests per minute'
            500 | rate-limited | denied: quota has been exceeded on namespace
            500 | rate-limited | error pulling image configuration: download failed after attempts=1: toomanyrequests: Rate exceeded
            500 | rate-limited | failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.r/token: 429 Too Many Requests
            200 | rate-limited | toomanyrequests: Data limit exceeded
            200 | disk-full | write /var/lib/docker/tmp/x: disk quota exceeded
            500 | auth | denied: Your authorization token has expired. Reauthenticate and try again.
            500 | auth | error getting credentials - err: exec: "docker-credential-x": executable file not found in $PATH, out: ``
            404 | not-found | manifest for r/timeout:1 not found: manifest unknown: manifest unknown
            404 | not-found | failed to resolve reference "r/team/x509:latest": r/team/x509:latest: not found
            404 | not-found | failed to resolve reference "r/stream/toomanyrequests:503": r/stream/toomanyrequests:503: not found
            404 | not-found | failed to resolve reference "r:500/a/eof:429": r:500/a/eof:429: not found
            403 | engine-error | authorization denied by plugin opa: request rejected by administrative policy
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
                .isEqualTo(Duration.ofNanos(824_500_000));
        assertThat(FailureClassifier.classify(429, "toomanyrequests: retry after 2 minutes", null)
                        .retryAfter())
                .isEqualTo(Duration.ofMinutes(2));
        assertThat(FailureClassifier.classify(429, "toomanyrequests: retry-after later", null)
                        .retryAfter())
                .isNull();
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

    /** A proxy's page, which Docker quotes whole, is not for terminals. */
    @Test
    void pagesAreTakenOutOfTheMessage() {
        String words = "error parsing HTTP 502 response body: invalid character '<' looking for beginning of value: "
                + "\"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>nginx</center></body></html>\"";
        PullFailure failure = FailureClassifier.classify(500, words, null);
        assertThat(failure.message())
                .isEqualTo("error parsing HTTP 502 response body: invalid character '<' looking for beginning of value:"
                        + " (a web page: 502 Bad Gateway)");
        assertThat(FailureClassifier.classify(500, "<!DOCTYPE html><p>x", null).message())
                .isEqualTo("(a web page)");
        assertThat(FailureClassifier.classify(500, "İİİİ <HTML><TITLE>x</TITLE>", null)
                        .message())
                .isEqualTo("İİİİ (a web page: x)");
        assertThat(FailureClassifier.classify(404, "no <none> here", null).message())
                .isEqualTo("no <none> here");
    }

    @Test
    void longWordsAreReadInTimeThatGrowsWithTheirLength() {
        String words = "unexpected status from retry-after retry-after quota: <titl".repeat(100_000);
        assertThat(FailureClassifier.classify(500, words, null).reason()).isNotNull();
    }
}
