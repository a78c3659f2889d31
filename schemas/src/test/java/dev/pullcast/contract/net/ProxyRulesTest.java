// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.net.Proxy.Scheme;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases of Go's own tests of golang.org/x/net/http/httpproxy among them. */
class ProxyRulesTest {
    private static Map<String, String> both(String... more) {
        Map<String, String> environment =
                new HashMap<>(Map.of("HTTP_PROXY", "http://plain:1", "HTTPS_PROXY", "http://secure:2"));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    private static @Nullable Proxy find(Map<String, String> environment, String url) {
        return ProxyRules.of(environment).proxyFor(URI.create(url));
    }

    @Nested
    class TheProxy {
        @Test
        void isChosenByTheScheme() {
            assertThat(find(both(), "http://example.org/x")).hasToString("http://plain:1");
            assertThat(find(both(), "https://example.org/x")).hasToString("http://secure:2");
            assertThat(find(both(), "wss://example.org/x")).hasToString("http://secure:2");
            assertThat(find(Map.of("HTTP_PROXY", "http://plain:1"), "https://example.org"))
                    .isNull();
            assertThat(ProxyRules.NONE.proxyFor(URI.create("https://example.org")))
                    .isNull();
        }

        @Test
        void isReadInUpperAndInLowerCaseAndUpperCaseWins() {
            assertThat(find(Map.of("https_proxy", "http://low:1"), "https://example.org"))
                    .hasToString("http://low:1");
            assertThat(find(Map.of("https_proxy", "http://low:1", "HTTPS_PROXY", "http://up:1"), "https://example.org"))
                    .hasToString("http://up:1");
            assertThat(find(Map.of("https_proxy", "http://low:1", "HTTPS_PROXY", ""), "https://example.org"))
                    .hasToString("http://low:1");
        }

        @Test
        void isNotTheHeaderOfACgiRequest() {
            assertThat(find(both("REQUEST_METHOD", "GET"), "http://example.org"))
                    .isNull();
            assertThat(find(both("REQUEST_METHOD", "GET", "http_proxy", "low:3"), "http://example.org"))
                    .hasToString("http://low:3");
        }

        @ParameterizedTest
        @CsvSource({
            "proxy, HTTP, proxy, 80",
            "proxy:3128, HTTP, proxy, 3128",
            "my_proxy:3128, HTTP, my_proxy, 3128",
            "http://proxy/, HTTP, proxy, 80",
            "HTTPS://proxy, HTTPS, proxy, 443",
            "socks5://proxy, SOCKS5, proxy, 1080",
            "socks5h://proxy:9, SOCKS5, proxy, 9",
            "http://[fd00::1]:3128/, HTTP, fd00::1, 3128",
            "http://[fd00::1], HTTP, fd00::1, 80",
        })
        void mayBeWrittenInManyWays(String url, Scheme scheme, String host, int port) {
            assertThat(find(Map.of("HTTPS_PROXY", url), "https://example.org"))
                    .isEqualTo(new Proxy(scheme, host, port, null, null));
        }

        @ParameterizedTest
        @CsvSource({
            "http://me:p%40ss%3a%2F%25@proxy:1, me, p@ss:/%",
            "me:a:b@proxy:1, me, a:b",
            "http://me:with@sign@proxy:1, me, with@sign",
            "http://me@proxy:1, me, ''",
            "http://m%C3%A9:x!$&'()*+;=|^@proxy:1, mé, x!$&'()*+;=|^",
        })
        void hasCredentials(String url, String user, String password) {
            Proxy proxy = find(Map.of("HTTPS_PROXY", url), "https://example.org");
            assertThat(proxy).isEqualTo(new Proxy(Scheme.HTTP, "proxy", 1, user, password));
        }

        @Test
        void neverShowsThem() {
            Map<String, String> environment = Map.of("HTTPS_PROXY", "http://me:s3cret@proxy:1");
            Proxy proxy = Objects.requireNonNull(find(environment, "https://example.org"));
            assertThat(proxy).hasToString("http://***@proxy:1");
            assertThat(proxy.authorization()).isEqualTo("Basic bWU6czNjcmV0");
            assertThat(ProxyRules.of(environment).toString()).doesNotContain("s3cret", "me:");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "ftp://me:s3cret@proxy",
                    "http://me:s3cret@",
                    "http://me:s3cret@proxy:0",
                    "http://me:s3cret@proxy:65536",
                    "http://me:s3cret@proxy:x",
                    "http://me:s3cret%4@proxy:1",
                    "http://me:s3cret%0a@proxy:1",
                    "http://me:s3cret@pro xy:1",
                    "http://me:s3cret@proxy\r\nX: y",
                })
        void isRefusedWithoutItsCredentialsWhereItIsWrittenWrongly(String url) {
            assertThatThrownBy(() -> find(Map.of("https_proxy", url), "https://example.org"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("https_proxy")
                    .hasMessageNotContaining("s3cret");
            assertThat(find(Map.of("https_proxy", url), "https://localhost"))
                    .as("one that does not apply is not read")
                    .isNull();
        }
    }

    @Nested
    class NoProxy {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "http://localhost/",
                    "https://LOCALHOST:8443/",
                    "http://localhost./",
                    "http://127.0.0.1:5000/",
                    "http://127.9.9.9/",
                    "https://[::1]:8443/",
                    "https://[::ffff:127.0.0.1]/",
                })
        void isSelfEvidentForLoopback(String url) {
            assertThat(find(both(), url)).isNull();
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "example.org              | http://example.org/            | true",
                    "example.org              | http://sub.example.org:8080/   | true",
                    "example.org              | http://EXAMPLE.org./           | true",
                    "example.org              | http://badexample.org/         | false",
                    "example.org              | http://example.org.evil.com/   | false",
                    ".example.org             | http://sub.example.org/        | true",
                    ".example.org             | http://example.org/            | false",
                    "*.example.org            | http://sub.example.org/        | true",
                    "*.example.org            | http://example.org/            | false",
                    "EXAMPLE.ORG.             | http://example.org/            | true",
                    "example.org:443          | https://example.org/           | true",
                    "example.org:443          | https://example.org:8443/      | false",
                    "example.org:80           | http://example.org/            | true",
                    ".example.org:8443        | https://sub.example.org:8443/  | true",
                    "other, ,example.org,     | http://example.org/            | true",
                    "other example.org        | http://example.org/            | false",
                    "*                        | http://anything/               | true",
                    "other,*                  | http://10.0.0.1/               | true",
                    "*x                       | http://anything/               | false",
                    "192.168.1.1              | http://192.168.1.1:81/         | true",
                    "192.168.1.1              | http://192.168.1.2/            | false",
                    "192.168.1.1:81           | http://192.168.1.1:81/         | true",
                    "192.168.1.1:81           | http://192.168.1.1/            | false",
                    "10.0.0.0/8               | http://10.200.3.4:5000/        | true",
                    "10.9.9.9/8               | http://10.200.3.4:5000/        | true",
                    "10.0.0.0/8               | http://11.0.0.1/               | false",
                    "10.0.0.0/8               | http://[::ffff:10.0.0.1]/      | true",
                    "10.0.0.0/33              | http://10.0.0.1/               | false",
                    "0.0.0.0/0                | http://8.8.8.8/                | true",
                    "0.0.0.0/0                | http://name.example.org/       | false",
                    "192.168.1.0/25           | http://192.168.1.127/          | true",
                    "192.168.1.0/25           | http://192.168.1.128/          | false",
                    "fd00::/8                 | http://[fd12::1]/              | true",
                    "fd00::/8                 | http://[fe80::1]/              | false",
                    "fd12::1                  | http://[fd12:0::1]:5/          | true",
                    "[fd12::1]                | http://[fd12::1]:5/            | true",
                    "[fd12::1]:5              | http://[fd12::1]:5/            | true",
                    "[fd12::1]:5              | http://[fd12::1]/              | false",
                    "1.168.192.in-addr        | http://192.168.1.1/            | false",
                    ":80                      | http://example.org/            | false",
                    "example.org:http         | http://example.org/            | false",
                    "my_host                  | http://my_host:5000/           | true",
                    "bücher.example           | http://xn--bcher-kva.example/  | true",
                    "xn--bcher-kva.example    | http://a.xn--bcher-kva.example/| true",
                })
        void saysWhatIsReachedDirectly(String noProxy, String url, boolean direct) {
            assertThat(find(both("NO_PROXY", noProxy), url) == null).isEqualTo(direct);
            assertThat(find(both("no_proxy", noProxy), url) == null).isEqualTo(direct);
        }
    }
}
