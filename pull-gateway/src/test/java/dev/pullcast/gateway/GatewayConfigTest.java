// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.settings.Settings;
import dev.pullcast.gateway.coordinator.JobRules;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayConfigTest {
    private static GatewayConfig config(Map<String, String> overrides) {
        return GatewayConfig.of(Settings.read(GatewayConfig.KEYS, null, Map.of(), overrides));
    }

    @Test
    void has_the_defaults_that_the_readme_tells() {
        GatewayConfig config = config(Map.of());
        assertThat(config.roles()).isEqualTo(EnumSet.allOf(GatewayConfig.Role.class));
        assertThat(config.http().host()).isEqualTo("127.0.0.1");
        assertThat(config.http().port()).isEqualTo(8080);
        assertThat(config.http().anyAddress()).isFalse();
        assertThat(config.http().sse().heartbeat()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.feed().topics().prefix()).isEqualTo("pull.");
        assertThat(config.feed().kafka()).containsEntry("bootstrap.servers", "localhost:9092");
        assertThat(config.partitions()).isEqualTo(12);
    }

    @Test
    void names_the_key_that_is_wrong_whatever_is_wrong_with_its_value() {
        Map<String, String> jwt = Map.of(
                "gateway.auth.jwt.jwks", "/keys.json",
                "gateway.auth.jwt.issuer", "https://issuer",
                "gateway.auth.jwt.audience", "pullcast");
        for (Settings.Key key : GatewayConfig.KEYS) {
            for (String value : List.of("a\0b", "-99999999999", "http://%zz", "=,=")) {
                Map<String, String> overrides = new HashMap<>(jwt);
                overrides.put(key.key(), value);
                try {
                    config(overrides);
                } catch (Settings.InvalidSetting e) {
                    assertThat(e).hasMessageContaining("'" + key.key() + "'");
                }
            }
        }
        assertThatThrownBy(() -> config(Map.of("credentials.keys", "a\0b")))
                .isInstanceOf(Settings.InvalidSetting.class);
        assertThatThrownBy(() -> config(Map.of("topics.partitions", "1025")))
                .isInstanceOf(Settings.InvalidSetting.class);
    }

    @Test
    void takes_limits_of_jobs_for_the_coordinator_the_feed_and_http_alike() {
        GatewayConfig config = config(Map.of(
                "jobs.max-bytes", "2048",
                "jobs.max-depth", "5",
                "jobs.max-images", "6",
                "jobs.max-workers", "7",
                "jobs.max-labels", "8"));
        JobLimits limits = new JobLimits(2048, 5, 6, 7, 8);
        assertThat(config.jobs().limits()).isEqualTo(limits);
        assertThat(config.feed().limits()).isEqualTo(limits);
        assertThat(config.http().limits().jobs()).isEqualTo(limits);
        assertThat(config(Map.of()).jobs()).isEqualTo(JobRules.DEFAULT);
        assertThatThrownBy(() -> config(Map.of("jobs.max-bytes", "99999999")))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageContaining("jobs.max-bytes");
    }

    @Test
    void refuses_an_address_that_others_reach_unless_told_in_so_many_words() {
        assertThatThrownBy(() -> config(Map.of("gateway.host", "0.0.0.0")))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageContaining("gateway.host")
                .hasMessageContaining("gateway.insecure-bind=true");
        assertThat(config(Map.of("gateway.host", "0.0.0.0", "gateway.insecure-bind", "true"))
                        .http()
                        .anyAddress())
                .isTrue();
        assertThat(config(Map.of("gateway.host", "::1")).http().host()).isEqualTo("::1");
    }

    @Test
    void takes_any_address_once_it_asks_who_it_is() {
        GatewayConfig config = config(Map.of("gateway.host", "0.0.0.0", "gateway.auth.tokens", "/etc/tokens"));
        assertThat(config.security().isRequired()).isTrue();
        assertThat(config(Map.of()).security().isRequired()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "gateway.auth.jwt.issuer, jwks.json, '', a",
        "gateway.auth.jwt.audience, jwks.json, https://issuer.example, ''",
        "gateway.auth.jwt.jwks, http://issuer.example/keys, https://issuer.example, a"
    })
    void believes_no_signed_token_on_half_a_word(String wrong, String jwks, String issuer, String audience) {
        assertThatThrownBy(() -> config(Map.of(
                        "gateway.auth.jwt.jwks", jwks,
                        "gateway.auth.jwt.issuer", issuer,
                        "gateway.auth.jwt.audience", audience)))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageContaining(wrong);
    }

    @ParameterizedTest
    @CsvSource({
        "gateway.tls.key, k.pem",
        "gateway.tls.certificate, c.pem",
        "gateway.auth.session-minutes, 0",
        "gateway.roles, api;worker",
        "gateway.port, 70000",
        "gateway.port, http",
        "gateway.sse.heartbeat-seconds, 0",
        "gateway.insecure-bind, yes",
        "topics.partitions, 0",
        "gateway.finished-jobs, -1",
        "gateway.finished-pulls, -1",
        "gateway.event-loops, x"
    })
    void names_the_key_that_is_wrong(String key, String value) {
        assertThatThrownBy(() -> config(Map.of(key, value.replace(';', ','))))
                .isInstanceOf(Settings.InvalidSetting.class)
                .hasMessageContaining(key);
    }

    @Test
    void tells_no_secret_when_it_is_printed() {
        assertThat(config(Map.of("kafka.sasl.jaas.config", "hunter2")))
                .asString()
                .doesNotContain("hunter2");
    }

    @Test
    void explains_every_key_and_names_it_once() {
        List<String> keys = GatewayConfig.KEYS.stream().map(Settings.Key::key).toList();
        assertThat(keys).doesNotHaveDuplicates();
        assertThat(GatewayConfig.KEYS)
                .allSatisfy(key -> assertThat(key.meaning()).isNotBlank());
    }
}
