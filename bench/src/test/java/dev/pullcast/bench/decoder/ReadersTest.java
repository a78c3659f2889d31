// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.worker.stream.DecodeException;
import dev.pullcast.worker.stream.EngineMessageDecoder;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two that are compared do the same work. */
class ReadersTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 100, 16384})
    void bothReadEveryMessage(int piece) throws DecodeException, InterruptedException {
        RecordedStream stream = new RecordedStream("dockerd20-throttled-4MBps", piece);
        AtomicInteger theirs = new AtomicInteger();
        new DockerJava(stream::open).pull(_ -> theirs.incrementAndGet()).awaitCompletion();
        AtomicInteger ours = new AtomicInteger();
        EngineMessageDecoder decoder = new EngineMessageDecoder(_ -> ours.incrementAndGet());
        for (int from = 0; from < stream.body().length; from = stream.endOfPiece(from)) {
            decoder.feed(stream.body(), from, stream.endOfPiece(from));
        }
        decoder.end();
        assertThat(theirs).hasValue(stream.messages());
        assertThat(ours).hasValue(stream.messages());
    }
}
