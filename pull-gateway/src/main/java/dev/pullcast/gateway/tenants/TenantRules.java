// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.tenants;

import dev.pullcast.contract.settings.Settings;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rules for all projects.
 *
 * @param images that each may name
 * @param quotas of each
 */
public record TenantRules(ImagePolicy images, Quotas quotas) {
    /** Every image, and the default quotas. */
    public static final TenantRules DEFAULT = new TenantRules(ImagePolicy.EVERYTHING, Quotas.DEFAULT);

    /** Every key. */
    public static final List<Settings.Key> KEYS =
            Stream.concat(ImagePolicy.KEYS.stream(), Quotas.KEYS.stream()).toList();

    /** As set. @throws Settings.InvalidSetting naming the key that is wrong */
    public static TenantRules of(Settings settings) {
        return new TenantRules(ImagePolicy.of(settings), Quotas.of(settings));
    }
}
