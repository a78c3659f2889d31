// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.bench.decoder;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** docker-java as anybody uses it to pull; only its transport is replaced, by bytes from memory. */
final class DockerJava {
    private final DockerClient client;

    /** @param bodies gives the answer to each pull */
    DockerJava(Supplier<InputStream> bodies) {
        this.client = DockerClientImpl.getInstance(
                DefaultDockerClientConfig.createDefaultConfigBuilder()
                        .withDockerHost("tcp://127.0.0.1:1")
                        .build(),
                new FromMemory(bodies));
    }

    /** Begins a pull, which goes on in a thread of docker-java's. */
    ResultCallback.Adapter<PullResponseItem> pull(Consumer<PullResponseItem> messages) {
        return client.pullImageCmd("team/app").withTag("1").exec(new ResultCallback.Adapter<>() {
            @Override
            public void onNext(PullResponseItem item) {
                messages.accept(item);
            }
        });
    }

    private record FromMemory(Supplier<InputStream> bodies) implements DockerHttpClient {
        @Override
        public Response execute(Request request) {
            InputStream body = bodies.get();
            return new Response() {
                @Override
                public int getStatusCode() {
                    return 200;
                }

                @Override
                public Map<String, List<String>> getHeaders() {
                    return Map.of("Content-Type", List.of("application/json"));
                }

                @Override
                public InputStream getBody() {
                    return body;
                }

                @Override
                public void close() {
                    // nothing is open
                }
            };
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
