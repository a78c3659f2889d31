// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.cli.discover.found.Found;
import dev.pullcast.cli.discover.found.FoundImage;
import dev.pullcast.cli.discover.found.JobWishes;
import dev.pullcast.cli.discover.found.WhenToPull;
import dev.pullcast.cli.local.Wanted;
import dev.pullcast.cli.local.Wanted.When;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImagePull;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.job.PullThrough;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a search found, as pulls: the command line decides where it says something, else the source, else the default.
 *
 * @param images to have
 * @param pullSecrets names of Kubernetes secrets that an image's source names for it, where it names any
 * @param wishes of the sources for the whole job
 */
record PullPlan(List<Wanted> images, Map<Wanted, List<String>> pullSecrets, JobWishes wishes) {

    /** The sources want something that nobody can do yet; the message names it. */
    static final class Unsupported extends Exception {
        private static final long serialVersionUID = 1L;

        Unsupported(String message) {
            super(message);
        }
    }

    /**
     * Makes pulls of images.
     *
     * @param policy of the command line, or null
     * @param platform for images whose source names none, or null
     */
    static PullPlan of(Found found, @Nullable When policy, @Nullable String platform) {
        Map<Wanted, List<String>> images = new LinkedHashMap<>();
        for (FoundImage image : found.images()) {
            if (isBuiltOnly(image)) {
                continue;
            }
            Wanted wanted = new Wanted(
                    image.image(),
                    image.platform() != null ? image.platform() : platform,
                    policy != null ? policy : whenOf(image.policy()));
            images.put(wanted, image.pullSecrets());
        }
        return new PullPlan(List.copyOf(images.keySet()), Map.copyOf(images), found.wishes());
    }

    /** The images of a search that are left out because they are only built. */
    static List<String> leftOut(Found found) {
        return found.images().stream()
                .filter(PullPlan::isBuiltOnly)
                .map(FoundImage::image)
                .distinct()
                .toList();
    }

    /** Compose's {@code pull_policy: build}, and {@code never} beside {@code build}: not pulled by docker compose. */
    private static boolean isBuiltOnly(FoundImage image) {
        return image.built() && image.policy() == WhenToPull.NEVER;
    }

    private static When whenOf(@Nullable WhenToPull policy) {
        return switch (policy) {
            case ALWAYS -> When.ALWAYS;
            case NEVER -> When.NEVER;
            case IF_NOT_PRESENT -> When.MISSING;
            case null -> When.MISSING;
        };
    }

    /**
     * What a user should know when this machine's engine pulls.
     *
     * @throws Unsupported if a source wants what cannot be done here
     */
    List<String> notesForThisMachine() throws Unsupported {
        List<String> refused = new ArrayList<>();
        if ("always".equals(wishes.pullThrough())) {
            refused.add("pullThroughOverride (always)");
        }
        if (!wishes.pullSecrets().isEmpty()) {
            refused.add("pullSecrets (" + String.join(", ", wishes.pullSecrets()) + ")");
        }
        if (!wishes.insecureRegistries().isEmpty()) {
            refused.add("insecureRegistries (" + String.join(", ", wishes.insecureRegistries()) + ")");
        }
        if (wishes.dockerConfig() != null) {
            refused.add("dockerConfig (" + wishes.dockerConfig() + ")");
        }
        if (!refused.isEmpty()) {
            throw new Unsupported("a source asks for imagePull." + String.join(", imagePull.", refused)
                    + ", which this machine's engine cannot be told: give it its logins and registries itself, and pull"
                    + " the names alone (pullcast images … | pullcast pull --from list -)");
        }
        List<String> notes = new ArrayList<>();
        for (Wanted image : images) {
            List<String> secrets = secretsOf(image);
            if (!secrets.isEmpty()) {
                notes.add("the pull secrets of " + image.image() + " (" + String.join(", ", secrets)
                        + ") are in a cluster; the logins of this machine are used");
            }
        }
        return notes;
    }

    private List<String> secretsOf(Wanted image) {
        return pullSecrets.getOrDefault(image, List.of());
    }

    /** The images of a job; one pull secret of an image is the name of a login that each worker looks up. */
    List<ImageRequest> requests() throws Unsupported {
        List<ImageRequest> requests = new ArrayList<>();
        for (Wanted image : images) {
            List<String> secrets = secretsOf(image);
            if (secrets.size() > 1) {
                throw new Unsupported("the source of " + image.image() + " names several pull secrets ("
                        + String.join(", ", secrets)
                        + "), but a job can name one for an image: give workers one that has all logins");
            }
            Credentials login = secrets.isEmpty() ? null : new Credentials(secrets.getFirst(), null);
            requests.add(new ImageRequest(image.image(), image.platform(), null, login));
        }
        return requests;
    }

    /** What the job takes over from its sources; the gateway rejects by name what no worker can do. */
    ImagePull imagePull() throws Unsupported {
        String wish = wishes.pullThrough();
        try {
            PullThrough way = wish == null ? PullThrough.AUTO : PullThrough.valueOf(wish.toUpperCase(Locale.ROOT));
            return new ImagePull(way, wishes.pullSecrets(), wishes.insecureRegistries(), wishes.dockerConfig());
        } catch (IllegalArgumentException e) {
            throw new Unsupported(
                    "a source asks for imagePull.pullThrough '" + wish + "'; known are auto, always, never");
        }
    }
}
