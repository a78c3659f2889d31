// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformTest {
    @ParameterizedTest
    @CsvSource({
        "linux/amd64, linux/amd64",
        "Linux/x86_64, linux/amd64",
        "linux/x86-64, linux/amd64",
        "linux/amd64/v1, linux/amd64",
        "linux/amd64/v3, linux/amd64/v3",
        "linux/i386, linux/386",
        "linux/arm64, linux/arm64",
        "linux/aarch64, linux/arm64",
        "linux/arm64/v8, linux/arm64",
        "linux/aarch64/8, linux/arm64",
        "linux/arm64/9, linux/arm64/v9",
        "linux/arm64/v9.2, linux/arm64/v9.2",
        "linux/arm, linux/arm/v7",
        "linux/arm/7, linux/arm/v7",
        "linux/arm/6, linux/arm/v6",
        "linux/arm/V6, linux/arm/v6",
        "linux/armhf, linux/arm/v7",
        "linux/armel, linux/arm/v6",
        "macOS/arm64, darwin/arm64",
        "windows/amd64, windows/amd64",
        "linux/riscv64, linux/riscv64",
        "linux/s390x, linux/s390x"
    })
    void isNormalisedAsContainerdDoes(String text, String normalised) {
        assertThat(Platform.parse(text)).hasToString(normalised);
        assertThat(Platform.parse(normalised)).isEqualTo(Platform.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "arm64",
                "linux",
                "linux/",
                "/amd64",
                "linux/arm/v7/x",
                "linux//v8",
                "linux/am d64",
                "linux/*"
            })
    void withoutOsAndArchitectureIsRefused(String text) {
        assertThatThrownBy(() -> Platform.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("invalid platform '" + text + "'");
    }
}
