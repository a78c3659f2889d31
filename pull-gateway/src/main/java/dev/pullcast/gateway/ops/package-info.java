/** What operators see: counters and gauges. Safe from any thread; nothing waits. */
@NullMarked
package dev.pullcast.gateway.ops;

import org.jspecify.annotations.NullMarked;
