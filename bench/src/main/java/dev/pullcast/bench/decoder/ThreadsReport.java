// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.decoder;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.worker.engine.DockerEngine;
import dev.pullcast.worker.engine.EngineAddress;
import dev.pullcast.worker.engine.NativeTransport;
import dev.pullcast.worker.engine.PullRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** How many threads pulls need: counts them with one pull open, and with many. */
public final class ThreadsReport {
    private static final int PULLS = 100;
    private static final String LINE = "{\"status\":\"Pulling from team/app\",\"id\":\"1\"}\r\n";

    private ThreadsReport() {}

    /** Prints one line for each way. */
    public static void main(String[] args) throws Exception {
        System.out.println("| threads with | 1 pull open | " + PULLS + " pulls open | more |");
        System.out.println("|---|---|---|---|");
        pullcast();
        dockerJava();
        System.exit(0);
    }

    private static void print(String name, int before, int after) {
        System.out.println("| " + name + " | " + before + " | " + after + " | " + (after - before) + " |");
    }

    private static int threads() {
        return Thread.getAllStackTraces().size();
    }

    private static void dockerJava() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch all = new CountDownLatch(PULLS);
        DockerJava client = new DockerJava(() -> new Unending(never));
        client.pull(_ -> {
            first.countDown();
            all.countDown();
        });
        first.await();
        int before = threads();
        for (int i = 1; i < PULLS; i++) {
            client.pull(_ -> all.countDown());
        }
        all.await();
        print("docker-java", before, threads());
    }

    /** One message, and then silence. */
    private static final class Unending extends InputStream {
        private final CountDownLatch never;
        private final byte[] line = LINE.getBytes(StandardCharsets.UTF_8);
        private int at;

        Unending(CountDownLatch never) {
            this.never = never;
        }

        @Override
        public int read() throws IOException {
            if (at < line.length) {
                return line[at++];
            }
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int next = read();
            if (next < 0) {
                return -1;
            }
            into[offset] = (byte) next;
            return 1;
        }
    }

    private static void pullcast() throws Exception {
        Vertx vertx = NativeTransport.vertx(new VertxOptions());
        Path folder = Files.createTempDirectory("pct");
        Path socket = folder.resolve("e.sock");
        var server = vertx.createHttpServer().requestHandler(ThreadsReport::answer);
        await(server.listen(SocketAddress.domainSocketAddress(socket.toString())));
        DockerEngine engine = DockerEngine.at(vertx, new EngineAddress.Socket(socket));
        PullRequest request = new PullRequest(ImageReference.parse("team/app:1"), null, null);
        AtomicInteger open = new AtomicInteger();
        engine.pull(request, _ -> open.incrementAndGet());
        awaitCount(open, 1);
        int before = threads();
        for (int i = 1; i < PULLS; i++) {
            engine.pull(request, _ -> open.incrementAndGet());
        }
        awaitCount(open, PULLS);
        print("Pullcast", before, threads());
        Files.deleteIfExists(socket);
        Files.delete(folder);
    }

    private static void answer(HttpServerRequest request) {
        request.response().putHeader("Api-Version", "1.51");
        if (HttpMethod.POST.equals(request.method())) {
            request.response().setChunked(true).write(LINE);
        } else {
            request.response().end();
        }
    }

    private static <T> void await(Future<T> future) throws Exception {
        future.toCompletionStage().toCompletableFuture().get();
    }

    private static void awaitCount(AtomicInteger count, int wanted) {
        while (count.get() < wanted) {
            Thread.onSpinWait();
        }
    }
}
