// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.worker.publish.EventPublisher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Writes what is published to files as well. What is published is published, whatever the disk does. */
public final class PullLog implements AutoCloseable {
    /** What one thread behind the context may have waiting before lines about bytes are dropped. */
    private static final int QUEUE = 4096;

    private final LoggerContext context = new LoggerContext();
    private final PullLines lines = new PullLines(ZoneId.systemDefault());
    private final Logger text;
    private final @Nullable Logger json;

    /**
     * Where and how much.
     *
     * @param file for people
     * @param json whether every event is written as it is published, too, to the same name with {@code .jsonl}
     * @param maxMegabytes of a file before it is set aside
     * @param keep files set aside
     */
    public record Settings(Path file, boolean json, int maxMegabytes, int keep) {}

    private PullLog(Settings settings) {
        // A context that slf4j did not make has none, and an appender behind a thread asks for it.
        context.setMDCAdapter(new LogbackMDCAdapter());
        this.text = logger("text", settings.file(), settings);
        this.json = settings.json()
                ? logger("json", settings.file().resolveSibling(settings.file().getFileName() + ".jsonl"), settings)
                : null;
    }

    /**
     * Opens the files.
     *
     * @throws IOException if the folder cannot be made or the file not be written
     */
    public static PullLog open(Settings settings) throws IOException {
        Path file = settings.file().toAbsolutePath();
        Files.createDirectories(file.getParent());
        if (!Files.isWritable(Files.exists(file) ? file : file.getParent())) {
            throw new IOException("cannot write the log " + file + "; set log.file to a file that this user may write");
        }
        return new PullLog(new Settings(file, settings.json(), settings.maxMegabytes(), settings.keep()));
    }

    /** A publisher that writes to this log, then hands on. */
    public EventPublisher before(EventPublisher next) {
        return (event, partition) -> {
            write(event);
            return next.publish(event, partition);
        };
    }

    private void write(PullEvent.OfPull event) {
        String line = lines.lineOf(event);
        if (line != null) {
            log(text, event, line);
        }
        if (json != null) {
            log(json, event, new String(ContractJson.write(event), StandardCharsets.UTF_8));
        }
    }

    /** Below INFO the queue may drop lines when the disk is slow. */
    private static void log(Logger logger, PullEvent.OfPull event, String line) {
        if (event instanceof PullEvent.Layer || event instanceof PullEvent.Progress) {
            logger.debug(line);
        } else {
            logger.warn(line);
        }
    }

    private Logger logger(String name, Path file, Settings settings) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(file.toString());
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setPattern("%msg%n");
        encoder.start();
        appender.setEncoder(encoder);
        FixedWindowRollingPolicy window = new FixedWindowRollingPolicy();
        window.setContext(context);
        window.setParent(appender);
        window.setFileNamePattern(file + ".%i");
        window.setMinIndex(1);
        window.setMaxIndex(Math.max(1, settings.keep()));
        window.start();
        appender.setRollingPolicy(window);
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(settings.maxMegabytes() * FileSize.MB_COEFFICIENT));
        size.setCheckIncrement(Duration.buildBySeconds(1));
        size.start();
        appender.setTriggeringPolicy(size);
        appender.start();
        AsyncAppender behind = new AsyncAppender();
        behind.setContext(context);
        behind.setQueueSize(QUEUE);
        behind.setNeverBlock(true);
        behind.addAppender(appender);
        behind.start();
        Logger logger = context.getLogger(name);
        logger.setAdditive(false);
        logger.addAppender(behind);
        return logger;
    }

    /** Writes what waits, then closes the files. Blocks for a moment. */
    @Override
    public void close() {
        context.stop();
    }
}
