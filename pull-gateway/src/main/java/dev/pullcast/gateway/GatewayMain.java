// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway;

import dev.pullcast.contract.kafka.OAuthUrls;
import dev.pullcast.contract.process.LastResort;
import dev.pullcast.contract.settings.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway as a program: {@code gateway [--config FILE] [--roles api,coordinator]}. Ends cleanly on SIGTERM. */
public final class GatewayMain {
    private static final int USAGE = 2;
    private static final int CLOSE_SECONDS = 9;

    private static final Logger LOG = LoggerFactory.getLogger(GatewayMain.class);

    private GatewayMain() {}

    /** Runs until the process is told to end; exits 1 if it cannot start and 2 if it was not understood. */
    public static void main(String[] args) throws InterruptedException {
        int status = run(args, System.getenv(), System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    private static int run(String[] args, Map<String, String> environment, PrintStream err)
            throws InterruptedException {
        GatewayConfig config;
        try {
            config = read(args, environment);
        } catch (Settings.InvalidSetting e) {
            err.println("pullcast gateway: " + e.getMessage());
            return USAGE;
        }
        OAuthUrls.allow(config.feed().kafka());
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        LastResort lastResort = LastResort.halting("pullcast gateway");
        vertx.exceptionHandler(failure -> {
            LOG.error("a failure that nothing handles", failure);
            lastResort.look(failure);
        });
        Gateway gateway = new Gateway(vertx, config, InstantSource.system(), lastResort);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(gateway, vertx, ended), "close"));
        // Not by an exception: what await() throws may be a checked one that it does not declare.
        Throwable problem = gateway.start()
                .map((Throwable) null)
                .otherwise(failure -> failure)
                .await();
        if (problem != null) {
            err.println("pullcast gateway: it cannot start: " + problem.getMessage());
            return 1;
        }
        ended.await();
        return 0;
    }

    private static GatewayConfig read(String[] args, Map<String, String> environment) {
        @Nullable Path file = null;
        Map<String, String> overrides = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            String value = i + 1 < args.length ? args[i + 1] : null;
            if (value == null) {
                throw new Settings.InvalidSetting("'" + args[i] + "' needs a value");
            }
            switch (args[i]) {
                case "--config" -> file = Path.of(value);
                case "--roles" -> overrides.put("gateway.roles", value);
                default ->
                    throw new Settings.InvalidSetting(
                            "'" + args[i] + "' is unknown; known are --config FILE and --roles api,coordinator");
            }
        }
        return GatewayConfig.of(Settings.read(GatewayConfig.KEYS, file, environment, overrides));
    }

    private static void close(Gateway gateway, Vertx vertx, CountDownLatch ended) {
        try {
            gateway.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
            vertx.close().await(1, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            System.err.println("pullcast gateway: it did not end in time and is cut off");
        } finally {
            ended.countDown();
        }
    }
}
