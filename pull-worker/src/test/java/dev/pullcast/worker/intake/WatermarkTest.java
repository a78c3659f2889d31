// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WatermarkTest {
    private final Watermark watermark = new Watermark();

    @Test
    void nothingBeyondTheOldestOpenTaskIsCommitted() {
        watermark.read(10, 2);
        watermark.read(11, 1);
        watermark.read(12, 0);
        watermark.done(11);
        assertThat(watermark.toCommit()).isEqualTo(10);
        watermark.done(10);
        assertThat(watermark.toCommit()).isEqualTo(10);
        watermark.done(10);
        assertThat(watermark.toCommit()).isEqualTo(13);
        assertThat(watermark.isIdle()).isTrue();
    }

    @Test
    void whatIsCommittedIsNotCommittedAgain() {
        watermark.read(5, 0);
        assertThat(watermark.toCommit()).isEqualTo(6);
        watermark.committed(6);
        assertThat(watermark.toCommit()).isNull();
    }

    @Test
    void beforeTheFirstRecordThereIsNothingToCommit() {
        assertThat(watermark.toCommit()).isNull();
    }
}
