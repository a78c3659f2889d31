// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.standalone;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/** Looks into every line that our parts and Kafka's clients log at DEBUG, while it is open. */
final class SecretsInLogs extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final List<String> WATCHED =
            List.of("dev.pullcast", "org.apache.kafka.clients", "org.apache.kafka.common", "io.vertx");

    private final Supplier<List<String>> secrets;
    private final List<String> found = new CopyOnWriteArrayList<>();
    private final AtomicLong seen = new AtomicLong();
    private final Map<Logger, Level> before = new LinkedHashMap<>();

    SecretsInLogs(Supplier<List<String>> secrets) {
        this.secrets = secrets;
        start();
        for (String name : WATCHED) {
            Logger logger = (Logger) LoggerFactory.getLogger(name);
            before.put(logger, logger.getLevel());
            logger.setLevel(Level.DEBUG);
            logger.setAdditive(false);
            logger.addAppender(this);
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        seen.incrementAndGet();
        String thrown = event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
        String line = event.getLoggerName() + ": " + event.getFormattedMessage() + thrown;
        if (secrets.get().stream().anyMatch(line::contains)) {
            found.add(line);
        }
    }

    /** Lines with a secret. */
    List<String> found() {
        return List.copyOf(found);
    }

    /** How many lines there were: none would prove nothing. */
    long seen() {
        return seen.get();
    }

    @Override
    public void close() {
        before.forEach((logger, level) -> {
            logger.detachAppender(this);
            logger.setLevel(level);
            logger.setAdditive(true);
        });
        stop();
    }
}
