// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.pull;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.worker.engine.ImageFacts;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Projects that have shown to the registry that they may read an image on this engine: by a pull with a login of theirs, or
 * by one without any login, which shows it for all. Others are not told that the image is there; their pull goes to the
 * registry, as Kubernetes does since KEP-2535 (kubelet, {@code imagePullCredentialsVerificationPolicy}).
 *
 * <p>What no pull of this worker brought with a login counts as everyone's. It remembers {@value #MAX_IMAGES} names and ids;
 * once more were seen, what it does not know is checked as well. All fields belong to the worker's context.
 */
public final class PresentImages {
    /** Which images are checked before a project is told that they are there. */
    public enum Verify {
        /** Also those that no pull of this worker brought. */
        ALWAYS,
        /** Those that a login brought, for projects that have not read them themselves. */
        PRIVATE,
        /** None: every project is told of every image. */
        NEVER;

        /**
         * Reads a setting's value.
         *
         * @throws IllegalArgumentException for anything but {@code always}, {@code private} and {@code never}
         */
        public static Verify of(String text) {
            return switch (text) {
                case "always" -> ALWAYS;
                case "private" -> PRIVATE;
                case "never" -> NEVER;
                default -> throw new IllegalArgumentException("'" + text + "' must be always, private or never");
            };
        }
    }

    static final int MAX_IMAGES = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(PresentImages.class);
    private static final String EVERYONE = "*";
    private static final String NO_PROJECT = "";

    private final Verify verify;
    private final Function<byte[], Future<Void>> disk;
    /** Projects by an image's id, and by its canonical reference. */
    private final Map<String, Set<String>> readers = new LinkedHashMap<>();

    private final int most;
    private boolean forgetful;

    /** As it is on disk. */
    private record Saved(Map<String, Set<String>> readers, boolean forgetful) {}

    /**
     * What an earlier run left, or nothing.
     *
     * @param saved null for a first start
     * @param disk writes all of it; what it cannot write is lost at a restart
     */
    public PresentImages(Verify verify, byte @Nullable [] saved, Function<byte[], Future<Void>> disk) {
        this(verify, saved, disk, MAX_IMAGES);
    }

    /** The same with another bound. */
    PresentImages(Verify verify, byte @Nullable [] saved, Function<byte[], Future<Void>> disk, int most) {
        this.verify = verify;
        this.most = most;
        this.disk = disk;
        if (saved == null) {
            return;
        }
        try {
            Saved before = ContractJson.mapper().readValue(saved, Saved.class);
            before.readers().forEach((image, projects) -> readers.put(image, new TreeSet<>(projects)));
            forgetful = before.forgetful();
        } catch (JacksonException | NullPointerException e) {
            LOG.warn("which project pulled which image is not known any more: all are checked again");
            forgetful = true;
        }
    }

    /** One that tells every project of every image. */
    static PresentImages toldToAll() {
        return new PresentImages(Verify.NEVER, null, _ -> Future.succeededFuture());
    }

    /** Whether a pull's project may be told without asking the registry that the image is there. */
    boolean mayBeTold(ImageFacts present, PullSpec spec) {
        if (verify == Verify.NEVER) {
            return true;
        }
        Set<String> known = readers.get(present.id());
        if (known == null) {
            known = readers.get(spec.reference().canonical());
        }
        if (known == null) {
            return verify == Verify.PRIVATE && !forgetful;
        }
        return known.contains(EVERYONE) || known.contains(nameOf(spec));
    }

    /** A pull with a login begins. If the worker ends before it does, its image is not everyone's. */
    Future<Void> begins(PullSpec spec) {
        String reference = spec.reference().canonical();
        return verify == Verify.NEVER || readers.containsKey(reference)
                ? Future.succeededFuture()
                : add(reference, nameOf(spec));
    }

    /**
     * The registry gave an image to a pull.
     *
     * @param withLogin whether the pull had a login; without one the registry gives it to all
     */
    Future<Void> ended(ImageFacts pulled, PullSpec spec, boolean withLogin) {
        boolean known = readers.containsKey(pulled.id())
                || readers.containsKey(spec.reference().canonical());
        if (verify == Verify.NEVER || (!withLogin && !known && verify == Verify.PRIVATE && !forgetful)) {
            return Future.succeededFuture();
        }
        return add(pulled.id(), withLogin ? nameOf(spec) : EVERYONE);
    }

    private Future<Void> add(String image, String project) {
        if (!readers.computeIfAbsent(image, _ -> new TreeSet<>()).add(project)) {
            return Future.succeededFuture();
        }
        if (readers.size() > most) {
            readers.remove(readers.keySet().iterator().next());
            forgetful = true;
        }
        return disk.apply(ContractJson.write(new Saved(readers, forgetful)))
                .onFailure(t -> LOG.warn("which project pulled {} is not on disk: {}", image, t.toString()))
                .otherwiseEmpty();
    }

    private static String nameOf(PullSpec spec) {
        return spec.project() == null ? NO_PROJECT : spec.project();
    }
}
