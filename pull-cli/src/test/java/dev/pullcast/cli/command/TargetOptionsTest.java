// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pullcast.contract.job.Target;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class TargetOptionsTest {
    private final TargetOptions options = new TargetOptions();

    private Target of(String... line) {
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("target", CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
                .parseArgs(line);
        return options.target();
    }

    @Test
    void withoutAWordEveryWorkerIsMeant() {
        assertThat(of()).isEqualTo(Target.EVERYBODY);
        assertThat(options.isGiven()).isFalse();
    }

    @Test
    void namesAndLabelsAreToldApartByTheEqualsSign() {
        assertThat(of("--target", "w1,zone=east", "--target", "w2"))
                .isEqualTo(new Target(Target.Mode.ALL, List.of("w1", "w2"), Map.of("zone", "east")));
        assertThat(options.isGiven()).isTrue();
    }

    @Test
    void aSelectorKeepsTheCommasInItsBrackets() {
        Target target = of("-l", "zone in (east,west),!gpu");
        assertThat(target.matches("w1", Map.of("zone", "west"))).isTrue();
        assertThat(target.matches("w1", Map.of("zone", "west", "gpu", "1"))).isFalse();
        assertThat(target.matches("w1", Map.of("zone", "north"))).isFalse();
        assertThat(options.isGiven()).isTrue();
    }

    @Test
    void anyMeansOneOfThem() {
        assertThat(of("--any").mode()).isEqualTo(Target.Mode.ANY);
        assertThat(options.isGiven()).isTrue();
    }

    @Test
    void aSelectorThatCannotBeReadIsRefusedWithWhereAndWhatIsAllowed() {
        assertThatThrownBy(() -> of("--selector", "zone in east"))
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessageContaining("'zone in east' cannot be read from character")
                .hasMessageContaining("key in (a, b)");
    }
}
