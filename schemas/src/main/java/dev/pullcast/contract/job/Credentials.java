// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Which credentials to use, never the credentials themselves: exactly one of the two is set.
 *
 * @param name that every worker resolves from its own files
 * @param sealed compact JWE, opened by workers that hold the key
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Credentials(@Nullable String name, @Nullable String sealed) {
    @Override
    public String toString() {
        return "Credentials[" + (name != null ? "name=" + name : "sealed") + "]";
    }
}
