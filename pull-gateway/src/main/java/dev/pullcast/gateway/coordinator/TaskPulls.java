// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.image.Platform;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullId;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.job.TaskRecord.TaskPull;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The pulls of a job: a pure function of it. */
final class TaskPulls {
    private TaskPulls() {}

    /** The images, equal ones once: the first of them says which credentials. */
    static List<TaskPull> of(PullJob job) {
        Map<String, TaskPull> pulls = new LinkedHashMap<>();
        for (ImageRequest image : job.images()) {
            String canonical = ImageReference.parse(image.image()).canonical();
            // One text where both names are the same: they can be long, and there can be a thousand.
            String reference = canonical.equals(image.image()) ? image.image() : canonical;
            String platform = image.platform() == null
                    ? null
                    : Platform.parse(image.platform()).toString();
            String pull = PullId.of(reference, platform);
            pulls.putIfAbsent(
                    pull,
                    new TaskPull(
                            pull,
                            image.image(),
                            reference,
                            platform,
                            image.project() == null ? job.project() : image.project(),
                            image.credentials() == null ? job.login() : image.credentials()));
        }
        return List.copyOf(pulls.values());
    }
}
