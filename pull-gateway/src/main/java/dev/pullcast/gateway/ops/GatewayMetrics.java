// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway counts. For a subscriber that takes everything: frames written = events read − conflated − lost.
 * Safe from any thread.
 */
public final class GatewayMetrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbage = new JvmGcMetrics();
    private final AtomicInteger subscribers = new AtomicInteger();
    private final AtomicInteger snapshots = new AtomicInteger();
    private final AtomicLong behind = new AtomicLong();

    private final Counter eventsRead = counter("pullcast.feed.events", "Events read from Kafka");
    private final Counter unreadable =
            counter("pullcast.feed.unreadable", "Records left out because nobody can read them");
    private final Counter disbelieved = counter(
            "pullcast.feed.disbelieved", "Heartbeats and events left out because their key is not what they name");
    private final Counter framesWritten = counter("pullcast.sse.frames", "Events written to subscribers");
    private final Counter conflated =
            counter("pullcast.sse.conflated", "Progress replaced by newer progress in a slow subscriber's queue");
    private final Counter lost = counter("pullcast.sse.lost", "Events that a slow subscriber was told it lost");
    private final Counter tooSlow = counter("pullcast.sse.closed.slow", "Streams closed because nobody read them");
    private final Counter resets = counter("pullcast.sse.resets", "Cursors that could not be honoured");
    private final Counter readBacks = counter("pullcast.sse.readbacks", "Resumed streams that needed Kafka");
    private final Counter jobsEnqueued =
            counter("pullcast.jobs.enqueued", "Records on pull.jobs acknowledged by Kafka");
    private final Counter connectionsRefused =
            counter("pullcast.http.connections.refused", "Connections closed at once because there were too many");
    private final Counter bodiesRefused =
            counter("pullcast.http.bodies.refused", "Requests refused because too many bodies were under way");
    private final Counter jobsRefused =
            counter("pullcast.jobs.refused", "Requests for jobs that were answered with an error");

    /** With the JVM's own figures. */
    public GatewayMetrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        garbage.bindTo(registry);
        List.of("token", "cookie", "session").forEach(this::loginsFailed);
        Gauge.builder("pullcast.sse.subscribers", subscribers, AtomicInteger::get)
                .description("Open event streams")
                .register(registry);
        Gauge.builder("pullcast.sse.snapshots", snapshots, AtomicInteger::get)
                .description("Streams whose client has not taken all of its snapshot yet")
                .register(registry);
        Gauge.builder("pullcast.feed.lag", behind, AtomicLong::get)
                .description("Events in Kafka that the feed has not read yet, as last seen by /readyz or /metrics")
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    /**
     * Credentials that were refused.
     *
     * @param by {@code token}, {@code cookie} or {@code session}
     */
    public Counter loginsFailed(String by) {
        return Counter.builder("pullcast.auth.failures")
                .description("Requests with a wrong token or cookie, and logins with a wrong token (session)")
                .tag("by", by)
                .register(registry);
    }

    /** Measures the issuer's keys; null where none are fetched. */
    public void keysAge(@Nullable DoubleSupplier seconds) {
        if (seconds != null) {
            Gauge.builder("pullcast.auth.keys.age", seconds, DoubleSupplier::getAsDouble)
                    .description("Seconds since the keys that sign tokens were fetched; negative before the first time")
                    .baseUnit("seconds")
                    .register(registry);
        }
    }

    /** Events read from Kafka. */
    public Counter eventsRead() {
        return eventsRead;
    }

    /** Records left out because nobody can read them. */
    public Counter unreadable() {
        return unreadable;
    }

    /** Records left out because their key is not what they name. */
    public Counter disbelieved() {
        return disbelieved;
    }

    /** Events written to subscribers. */
    public Counter framesWritten() {
        return framesWritten;
    }

    /** Progress replaced by newer progress. */
    public Counter conflated() {
        return conflated;
    }

    /** Events that slow subscribers were told they lost. */
    public Counter lost() {
        return lost;
    }

    /** Streams closed because nobody read them. */
    public Counter tooSlow() {
        return tooSlow;
    }

    /** Cursors that could not be honoured. */
    public Counter resets() {
        return resets;
    }

    /** Resumed streams that needed Kafka. */
    public Counter readBacks() {
        return readBacks;
    }

    /** Records acknowledged by Kafka. */
    public Counter jobsEnqueued() {
        return jobsEnqueued;
    }

    /** Requests for jobs that were answered with an error. */
    public Counter jobsRefused() {
        return jobsRefused;
    }

    /**
     * Requests for jobs that were refused for a bound or a rule.
     *
     * @param quota its short name, never a stranger's word
     */
    public Counter refused(String quota) {
        return Counter.builder("pullcast.quota.refused")
                .description("Requests for jobs refused for a quota or a policy")
                .tag("quota", quota)
                .register(registry);
    }

    /** Shows a number that something else counts. */
    public void count(String name, String description, Supplier<Number> total) {
        FunctionCounter.builder(name, total, now -> now.get().doubleValue())
                .description(description)
                .register(registry);
    }

    /** Connections closed at once because there were too many. */
    public Counter connectionsRefused() {
        return connectionsRefused;
    }

    /** Requests refused because too many bodies were under way. */
    public Counter bodiesRefused() {
        return bodiesRefused;
    }

    /**
     * Connections cut while they were open.
     *
     * @param reason one of few
     */
    public Counter connectionsCut(String reason) {
        return Counter.builder("pullcast.http.connections.cut")
                .description("Connections cut because something took too long or too much")
                .tag("reason", reason)
                .register(registry);
    }

    /** Shows how many connections are open. */
    public <T> void connections(T source, ToDoubleFunction<T> now) {
        gauge("pullcast.http.connections", "Open connections", source, now);
    }

    /** Shows how many bytes of answers wait for clients. */
    public <T> void unreadBytes(T source, ToDoubleFunction<T> now) {
        gauge("pullcast.http.unread.bytes", "Bytes of answers that clients have not taken yet", source, now);
    }

    /** Shows how many bytes of request bodies are held. */
    public <T> void bodyBytes(T source, ToDoubleFunction<T> now) {
        gauge("pullcast.http.body.bytes", "Bytes of request bodies from their first byte to the answer", source, now);
    }

    private <T> void gauge(String name, String description, T source, ToDoubleFunction<T> now) {
        Gauge.builder(name, source, now).description(description).register(registry);
    }

    /** Open event streams in this process. */
    public AtomicInteger subscribers() {
        return subscribers;
    }

    /** Streams in this process that are still in their snapshot. */
    public AtomicInteger snapshots() {
        return snapshots;
    }

    /** How far the feed was behind when last asked. */
    public AtomicLong behind() {
        return behind;
    }

    /** The Prometheus text format. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        garbage.close();
        registry.close();
    }
}
