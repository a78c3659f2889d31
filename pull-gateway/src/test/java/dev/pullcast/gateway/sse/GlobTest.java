// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.sse;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "alpine, alpine, true",
        "alpine, alpine:3, false",
        "al*, alpine:3, true",
        "*pine, docker.io/alpine, true",
        "*/team/*, ghcr.io/team/app:1, true",
        "*/team/*, ghcr.io/other/app, false",
        "a?c, abc, true",
        "a?c, ac, false",
        "*, anything, true",
        "**, x, true",
        "a*b*c, axxbyyc, true",
        "a*b*c, axxbyy, false",
        "?, '', false",
        "*, '', true"
    })
    void fits_the_whole_name(String glob, String name, boolean fits) {
        assertThat(new Glob(glob).matches(name)).isEqualTo(fits);
    }

    @Test
    void is_quick_with_many_stars() {
        Assertions.assertTimeout(
                Duration.ofSeconds(2), () -> new Glob("*a".repeat(200) + "b").matches("a".repeat(500)));
    }
}
