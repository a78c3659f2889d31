/**
 * Hop 0: HTTP. In: requests for jobs, views and streams. Out: jobs to the enqueuer, questions to the feed, responses
 * handed to the hub of streams, and the dashboard. Runs on the server's event loops, one router and hub each. When Kafka
 * is slow or away, requests that need it are answered 503 within seconds; nothing else waits for it.
 */
@NullMarked
package dev.pullcast.gateway.api;

import org.jspecify.annotations.NullMarked;
