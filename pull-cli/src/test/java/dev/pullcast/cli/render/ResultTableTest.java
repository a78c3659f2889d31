// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.event.LayerPhase;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.event.PullOrigin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultTableTest {
    @Test
    void aRowForEachPullAndForFailuresTheReasonAndWhatCanBeDone() {
        assertThat(table(120)).isEqualTo("""
                        IMAGE        RESULT             DOWNLOADED  CACHED      TIME   DIGEST
                        alpine:3.20  not finished
                        nginx:1.27   not finished
                        postgres:17  pulled             27.1 MB     1/5 layers  3.2 s  0123456789ab
                        redis:7      already present    0 B                     0.1 s  fedcba987654
                        busybox      not finished
                        nope:1       failed: not-found                          3.0 s
                        mysql:9      not finished

                        nope:1: not-found
                          manifest for nope:1 not found: manifest unknown
                          Check the repository and the tag for typing errors; a private repository also answers like this without a login.""");
    }

    @Test
    void aNarrowTerminalLosesTheDigestFirst() {
        assertThat(table(62)).isEqualTo("""
                        IMAGE        RESULT             DOWNLOADED  CACHED      TIME
                        alpine:3.20  not finished
                        nginx:1.27   not finished
                        postgres:17  pulled             27.1 MB     1/5 layers  3.2 s
                        redis:7      already present    0 B                     0.1 s
                        busybox      not finished
                        nope:1       failed: not-found                          3.0 s
                        mysql:9      not finished

                        nope:1: not-found
                          manifest for nope:1 not found: manifest unknown
                          Check the repository and the tag for typing errors; a private repository also answers like this without a login.""");
    }

    @Test
    void at40ColumnsNameAndResultAreLeft() {
        assertThat(table(40)).isEqualTo("""
                        IMAGE        RESULT
                        alpine:3.20  not finished
                        nginx:1.27   not finished
                        postgres:17  pulled
                        redis:7      already present
                        busybox      not finished
                        nope:1       failed: not-found
                        mysql:9      not finished

                        nope:1: not-found
                          manifest for nope:1 not found: manifest unknown
                          Check the repository and the tag for typing errors; a private repository also answers like this without a login.""");
    }

    @ParameterizedTest
    @ValueSource(ints = {36, 40, 50, 60, 70, 80, 120})
    void noRowIsWiderThanTheTerminal(int width) {
        assertThat(ResultTable.of(Samples.everyState().lines(), width, Look.PLAIN)
                        .subList(0, 8))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
    }

    @Test
    void bytesThatWereThereAreToldWhereTheyAreKnown() {
        Board board = new Board();
        PullOrigin origin = ((PullEvent.OfPull) Samples.started("web:1")).origin();
        board.accept(new PullEvent.Layer(origin, "a1b2", LayerPhase.CACHED, null, 3_000_000L, null));
        board.accept(Samples.succeeded("web:1"));
        assertThat(String.join("\n", ResultTable.of(board.lines(), 120, Look.PLAIN)))
                .contains("1/5 layers, 3.00 MB");
    }

    private static String table(int width) {
        return String.join("\n", ResultTable.of(Samples.everyState().lines(), width, Look.PLAIN));
    }
}
