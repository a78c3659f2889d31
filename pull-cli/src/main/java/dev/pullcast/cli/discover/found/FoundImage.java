// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.found;

import dev.pullcast.contract.image.ReferenceText;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image that a source names.
 *
 * @param image as written there, after the source's own substitutions; not yet known to be a valid reference
 * @param platform {@code os/arch[/variant]} as written; null where the source names none
 * @param policy null where the source says nothing
 * @param pullSecrets names of Kubernetes secrets with the logins for it
 * @param built whether the source also says how to build it, so that a registry may not have it
 * @param places everywhere it was found, at least one, in the order found
 */
public record FoundImage(
        String image,
        @Nullable String platform,
        @Nullable WhenToPull policy,
        List<String> pullSecrets,
        boolean built,
        List<Place> places) {
    /** Copies the lists. */
    public FoundImage {
        pullSecrets = List.copyOf(pullSecrets);
        places = List.copyOf(places);
    }

    /** An image of which only name and place are known. */
    public static FoundImage at(Place place, String image) {
        return new FoundImage(image, null, null, List.of(), false, List.of(place));
    }

    /** For a platform. */
    public FoundImage on(@Nullable String thePlatform) {
        return new FoundImage(image, thePlatform, policy, pullSecrets, built, places);
    }

    /** With a policy. */
    public FoundImage pulled(@Nullable WhenToPull thePolicy) {
        return new FoundImage(image, platform, thePolicy, pullSecrets, built, places);
    }

    /** With secrets. */
    public FoundImage with(List<String> thePullSecrets) {
        return new FoundImage(image, platform, policy, thePullSecrets, built, places);
    }

    /** One that its source says how to build. */
    public FoundImage asBuilt() {
        return new FoundImage(image, platform, policy, pullSecrets, true, places);
    }

    /** The same without what may be a login in its name, which is then no reference that could be pulled. */
    FoundImage withoutSecret() {
        return ReferenceText.hasSecret(image)
                ? new FoundImage(ReferenceText.redacted(image), platform, policy, pullSecrets, built, places)
                : this;
    }

    /** The same image and platform, found once more. */
    FoundImage and(FoundImage again) {
        LinkedHashSet<String> secrets = new LinkedHashSet<>(pullSecrets);
        secrets.addAll(again.pullSecrets);
        List<Place> all = new ArrayList<>(places);
        again.places.stream().filter(place -> !all.contains(place)).forEach(all::add);
        return new FoundImage(
                image,
                platform,
                WhenToPull.stronger(policy, again.policy),
                List.copyOf(secrets),
                built && again.built,
                all);
    }
}
