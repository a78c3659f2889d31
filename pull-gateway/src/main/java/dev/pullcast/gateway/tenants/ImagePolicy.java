// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.tenants;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullJob;
import dev.pullcast.contract.settings.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which images each project may name. Immutable.
 *
 * @param usual patterns for projects without their own, and for jobs without a project
 * @param own patterns by project, instead of the usual ones
 */
public record ImagePolicy(List<ImagePattern> usual, Map<String, List<ImagePattern>> own) {
    private static final String KEY = "policy.images";
    private static final int MAX_REASONS = 20;

    /** Keys of the policy. */
    public static final List<Settings.Key> KEYS = List.of(
            new Settings.Key(
                    KEY,
                    "*",
                    "Images that jobs may name, patterns with commas between them: a registry (ghcr.io), or registry/path"
                            + " where * is any text (docker.io/library/*), with :tag or @digest where only those are allowed"),
            new Settings.Key(
                    KEY + ".*", "", "The same for the project that stands for the star, instead of policy.images"));

    /** No limit. */
    public static final ImagePolicy EVERYTHING = new ImagePolicy(List.of(ImagePattern.of("*")), Map.of());

    /** Settles the collections. */
    public ImagePolicy {
        usual = List.copyOf(usual);
        own = Map.copyOf(own);
    }

    /** As set. @throws Settings.InvalidSetting naming the key that is wrong */
    public static ImagePolicy of(Settings settings) {
        Map<String, List<ImagePattern>> own = new LinkedHashMap<>();
        settings.family(KEY).keySet().forEach(project -> own.put(project, patterns(settings, KEY + '.' + project)));
        return new ImagePolicy(patterns(settings, KEY), own);
    }

    private static List<ImagePattern> patterns(Settings settings, String key) {
        List<ImagePattern> patterns = new ArrayList<>();
        for (String text : settings.getList(key)) {
            try {
                patterns.add(ImagePattern.of(text));
            } catch (IllegalArgumentException e) {
                throw new Settings.InvalidSetting("setting '" + key + "' has '" + text + "': " + e.getMessage());
            }
        }
        return patterns;
    }

    /** What is not allowed of a job, a sentence for each image; empty if all of it is. */
    public List<String> refusals(PullJob job) {
        List<String> reasons = new ArrayList<>();
        int more = 0;
        for (int i = 0; i < job.images().size(); i++) {
            ImageRequest image = job.images().get(i);
            String project = image.project() == null ? job.project() : image.project();
            if (!allows(project, image.image())) {
                if (reasons.size() < MAX_REASONS) {
                    reasons.add("images[" + i + "]: " + refusal(project, image.image()));
                } else {
                    more++;
                }
            }
        }
        if (more > 0) {
            reasons.add("images: " + more + " more are not allowed");
        }
        return reasons;
    }

    private String refusal(@Nullable String project, String image) {
        boolean ofItsOwn = project != null && own.containsKey(project);
        List<String> allowed =
                patternsOf(project).stream().map(ImagePattern::text).toList();
        return image + " is not allowed" + (project == null ? "" : " for project " + project) + " by " + KEY
                + (ofItsOwn ? "." + project : "") + " (" + String.join(", ", allowed) + ")";
    }

    /** Whether a project, null for none, may name an image. */
    public boolean allows(@Nullable String project, String image) {
        List<ImagePattern> patterns = patternsOf(project);
        if (patterns.stream().anyMatch(ImagePattern::isEverything)) {
            return true;
        }
        try {
            ImageReference reference = ImageReference.parse(image);
            return patterns.stream().anyMatch(pattern -> pattern.matches(reference));
        } catch (ImageReference.InvalidReference e) {
            return false;
        }
    }

    private List<ImagePattern> patternsOf(@Nullable String project) {
        return project == null ? usual : own.getOrDefault(project, usual);
    }
}
