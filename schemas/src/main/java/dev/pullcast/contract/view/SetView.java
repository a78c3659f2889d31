// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.Target;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A standing set: images that workers are given again and again, and workers that come later, too.
 *
 * @param id of the job that began it; cancelling that ends it
 * @param project whom it belongs to; null for nobody or several
 * @param labels of that job
 * @param images as asked for
 * @param target which workers it is for
 * @param refreshedAt when it was last given to all workers, UTC
 * @param nextRefresh when it is to be given to all workers again, UTC
 * @param removeOnExpiry whether workers remove what it brought when it ends
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record SetView(
        String id,
        @Nullable String project,
        Map<String, String> labels,
        List<Image> images,
        Target target,
        Instant refreshedAt,
        Instant nextRefresh,
        boolean removeOnExpiry) {
    /**
     * One image of it.
     *
     * @param image reference as asked for
     * @param platform null for the engine's own
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Image(String image, @Nullable String platform) {}

    /** As it is remembered, without credentials. */
    public static SetView of(StandingSet set) {
        PullJob job = set.job();
        return new SetView(
                job.id(),
                job.soleProject(),
                job.labels(),
                job.images().stream()
                        .map(image -> new Image(image.image(), image.platform()))
                        .toList(),
                job.target(),
                set.refreshedAt(),
                set.nextRefresh(),
                job.keeping().removeOnExpiry());
    }
}
