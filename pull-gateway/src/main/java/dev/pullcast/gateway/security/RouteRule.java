// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route as the router has it, and who may use it.
 *
 * @param methods that it answers; empty for all
 * @param path with {@code :names} for what varies; null where the route looks at any path
 * @param rule null where nobody gave one: a mistake
 */
public record RouteRule(
        List<String> methods,
        @Nullable String path,
        @Nullable Rule rule) {}
