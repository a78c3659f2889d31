// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import dev.pullcast.contract.image.Platform;
import dev.pullcast.contract.net.ProxyRules;
import dev.pullcast.worker.engine.RegistryAuth;
import dev.pullcast.worker.registry.ManifestJson.Content;
import dev.pullcast.worker.registry.ManifestJson.Descriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Reads manifests from registries. A stranger may have chosen the registry, and nothing that it answers is believed
 * without bounds: see {@link HttpReader} for bytes, {@link Deadline} for time, {@link AddressRules} for addresses,
 * {@link TokenRequest} for logins, {@link Turns} for numbers. Does not follow redirects. Blocks until the deadline at
 * most; safe from any thread.
 */
public final class RegistryReader {
    private final ReaderParts parts;
    private final Turns turns;
    private final Map<Refusal, LongAdder> refusals = new EnumMap<>(Refusal.class);

    /**
     * Asks nobody yet.
     *
     * @param environment for proxies
     */
    public RegistryReader(RegistrySettings settings, Map<String, String> environment) {
        this(settings, ProxyRules.of(environment), InetAddress::getAllByName);
    }

    RegistryReader(RegistrySettings settings, ProxyRules proxies, Lookups.Resolver resolver) {
        this.parts = new ReaderParts(
                settings,
                new AddressRules(settings),
                new CertsFolder(settings.certificates()),
                proxies,
                new Lookups(resolver));
        this.turns = new Turns(settings.maxAtOnce());
        for (Refusal refusal : Refusal.values()) {
            refusals.put(refusal, new LongAdder());
        }
    }

    /**
     * Reads the manifest of an image.
     *
     * @param platform to choose from an index
     */
    public ImageManifest read(ManifestRequest wanted, Platform platform) throws RegistryException {
        return ask(wanted, lookup -> {
            Content content =
                    ManifestJson.read(lookup.manifest("GET", wanted.reference()).body());
            if (content instanceof Content.Index(List<Descriptor> manifests)) {
                content = ManifestJson.read(
                        lookup.manifest("GET", chosen(manifests, platform)).body());
            }
            if (!(content instanceof Content.Image(Descriptor config, List<Descriptor> layers))) {
                throw new RegistryException(Refusal.CONTENT, "the index names another index");
            }
            Map<String, Long> sizes = new LinkedHashMap<>();
            layers.forEach(layer -> sizes.put(layer.digest(), layer.size()));
            return new ImageManifest(sizes, config.digest());
        });
    }

    /**
     * Asks whether the manifest may be read with this login, without reading it: {@code HEAD}, which Docker Hub does not
     * count as a pull.
     *
     * @return the digest that the registry names, if it is one; else null
     */
    public @Nullable String check(ManifestRequest wanted) throws RegistryException {
        return ask(wanted, lookup -> {
            String digest = lookup.manifest("HEAD", wanted.reference()).first("docker-content-digest");
            return digest != null && ManifestJson.isDigest(digest) ? digest : null;
        });
    }

    /** Questions without an answer, by kind; of the whole life of this reader. */
    public long refusals(Refusal kind) {
        LongAdder counter = refusals.get(kind);
        return counter == null ? 0 : counter.sum();
    }

    private interface Question<T extends @Nullable Object> {
        T ask(Lookup lookup) throws IOException;
    }

    private <T extends @Nullable Object> T ask(ManifestRequest wanted, Question<T> question) throws RegistryException {
        try (Deadline deadline = Deadline.in(parts.settings().timeout())) {
            check(wanted.auth());
            try (Turns.Turn _ = turns.take(wanted.server(), deadline)) {
                return question.ask(new Lookup(parts, wanted, deadline));
            }
        } catch (RegistryException e) {
            throw counted(e);
        } catch (IOException e) {
            throw counted(new RegistryException(Refusal.UNREACHABLE, String.valueOf(e.getMessage())));
        }
    }

    private RegistryException counted(RegistryException e) {
        LongAdder counter = refusals.get(e.refusal());
        if (counter != null) {
            counter.increment();
        }
        return e;
    }

    private static void check(@Nullable RegistryAuth login) throws RegistryException {
        boolean usable = login == null
                || (login.registryToken() == null
                        && ((login.identityToken() != null
                                        && !login.identityToken().isEmpty())
                                || (login.username() != null && login.password() != null)));
        if (!usable) {
            throw new RegistryException(Refusal.LOGIN, "the login is of a kind that only the engine can use");
        }
    }

    /** The one for the platform; where several differ in the variant alone, the one with its variant. */
    private static String chosen(List<Descriptor> manifests, Platform platform) throws RegistryException {
        List<Descriptor> candidates = manifests.stream()
                .filter(each -> each.platform() != null
                        && each.platform().os().equals(platform.os())
                        && each.platform().architecture().equals(platform.architecture()))
                .toList();
        if (candidates.size() > 1) {
            candidates = candidates.stream()
                    .filter(each -> platform.equals(each.platform()))
                    .toList();
        }
        if (candidates.size() != 1) {
            throw new RegistryException(
                    Refusal.NOT_FOUND,
                    "the index has " + candidates.size() + " manifests for " + platform + ", not one");
        }
        return candidates.getFirst().digest();
    }

    /** Registries of which something is kept. */
    int registriesKept() {
        return turns.registries();
    }
}
