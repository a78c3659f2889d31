// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.decoder;

import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link DecoderBenchmark} and says what it means: megabytes a second, and bytes allocated for each message. */
public final class DecoderReport {
    private DecoderReport() {}

    /** Takes about half a minute. */
    public static void main(String[] args) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(DecoderBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .build())
                .run();
        System.out.println("| pieces of the stream | MB/s: docker-java | Pullcast | ratio | B/message: docker-java"
                + " | Pullcast | ratio |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (String piece : new String[] {"0", "16384"}) {
            RecordedStream stream = new RecordedStream(param(results, "recording"), Integer.parseInt(piece));
            double theirs =
                    find(results, "dockerJava", piece).getPrimaryResult().getScore();
            double ours = find(results, "pullcast", piece).getPrimaryResult().getScore();
            double theirBytes = allocated(find(results, "dockerJava", piece)) / stream.messages();
            double ourBytes = allocated(find(results, "pullcast", piece)) / stream.messages();
            double megabytes = stream.body().length / 1e6;
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f | %.2f | %.0f | %.0f | %.3f |%n",
                    piece.equals("0") ? "one message each" : "16 KiB each",
                    theirs * megabytes,
                    ours * megabytes,
                    ours / theirs,
                    theirBytes,
                    ourBytes,
                    ourBytes / theirBytes);
        }
    }

    private static String param(Collection<RunResult> results, String name) {
        return results.iterator().next().getParams().getParam(name);
    }

    private static RunResult find(Collection<RunResult> results, String method, String piece) {
        return results.stream()
                .filter(run -> run.getParams().getBenchmark().endsWith('.' + method)
                        && run.getParams().getParam("piece").equals(piece))
                .findFirst()
                .orElseThrow();
    }

    private static double allocated(RunResult run) {
        for (Result<?> result : run.getSecondaryResults().values()) {
            if (result.getLabel().endsWith("gc.alloc.rate.norm")) {
                return result.getScore();
            }
        }
        throw new IllegalStateException("JMH measured no allocation");
    }
}
