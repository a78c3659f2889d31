// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.decoder;

import dev.pullcast.worker.stream.DecodeException;
import dev.pullcast.worker.stream.EngineMessageDecoder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** One operation is one body of about a megabyte, read from its first byte to its last message. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx512m", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecoderBenchmark {
    @Param("dockerd20-throttled-4MBps")
    public String recording = "";

    @Param({"0", "16384"})
    public int piece;

    private RecordedStream stream = new RecordedStream("dockerd20-throttled-4MBps", 0);
    private DockerJava dockerJava = new DockerJava(stream::open);

    @Setup
    public void prepare() {
        stream = new RecordedStream(recording, piece);
        dockerJava = new DockerJava(stream::open);
    }

    /** As the worker does: each piece is copied out of the socket's buffer into an array that is used again. */
    @Benchmark
    public void pullcast(Blackhole hole) throws DecodeException {
        EngineMessageDecoder decoder = new EngineMessageDecoder(hole::consume);
        byte[] body = stream.body();
        byte[] read = new byte[16384];
        for (int from = 0; from < body.length; ) {
            int to = stream.endOfPiece(from);
            System.arraycopy(body, from, read, 0, to - from);
            decoder.feed(read, 0, to - from);
            from = to;
        }
        decoder.end();
    }

    @Benchmark
    public void dockerJava(Blackhole hole) throws InterruptedException {
        dockerJava.pull(hole::consume).awaitCompletion();
    }
}
