/** The state that events add up to, as the HTTP API and the SSE snapshot show it. */
@NullMarked
package dev.pullcast.contract.view;

import org.jspecify.annotations.NullMarked;
