// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import dev.pullcast.contract.image.ImageReference;
import dev.pullcast.contract.job.Credentials;
import dev.pullcast.contract.job.ImageRequest;
import dev.pullcast.contract.sealed.RegistryLogin;
import dev.pullcast.contract.sealed.SealedFor;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules of credentials in a job. A record names them or carries them sealed. A request may carry a login in clear
 * instead (Docker's AuthConfig): it is sealed here, for one registry, and what leaves this class has no secret.
 */
final class CredentialFields {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?");
    private static final Pattern COMPACT_JWE = Pattern.compile("[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]*){4}");
    /** What {@link #isName} allows. */
    static final String NAME_IN_WORDS =
            "1 to 128 letters, digits, '.', '_', '-' or '/', with a letter or digit first and last";

    private static final int MAX_SEALED = 16 * 1024;
    /** What is sealed grows by a third and a header. */
    private static final int MAX_SECRET = 8 * 1024;

    private static final List<String> SECRETS =
            List.of("password", "username", "auth", "identitytoken", "identityToken", "registrytoken", "registryToken");

    private final JobReader.@Nullable Intake intake;
    private final boolean request;
    private String job = "";
    private @Nullable String project;
    private long expires;

    /** With the rights of a request's body, or of a record where there is none. */
    CredentialFields(JobReader.@Nullable Intake intake) {
        this.request = intake != null;
        this.intake = intake;
    }

    /** What logins are sealed for from now on. */
    void sealFor(String id, @Nullable String projectOfJob, int seconds) {
        job = id;
        if (intake != null) {
            project = projectOfJob == null ? intake.project() : projectOfJob;
            expires = intake.clock().instant().getEpochSecond() + seconds;
        }
    }

    /** Whether a text may name a login that workers hold. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** What credentials of a job come to: its own, and its images with what was sealed for each. */
    record OfJob(@Nullable Credentials credentials, List<ImageRequest> images) {}

    /** Reads those of a job; a login in clear goes, sealed, to each image of its registry that has none of its own. */
    OfJob ofJob(Fields job, List<ImageRequest> images) {
        Fields given = job.object("credentials");
        if (given == null) {
            return new OfJob(null, images);
        }
        RegistryLogin login = secretIn(given) == null ? null : login(job, given);
        if (login == null) {
            return new OfJob(secretIn(given) == null ? reference(job, given) : null, images);
        }
        String registry = registryOf(given, login, images);
        return new OfJob(
                null,
                registry == null
                        ? images
                        : images.stream()
                                .map(image -> needs(image, registry)
                                        ? new ImageRequest(
                                                image.image(),
                                                image.platform(),
                                                image.project(),
                                                sealed(login, ImageReference.parse(image.image()), image.project()))
                                        : image)
                                .toList());
    }

    /** Reads those of one image, whose reference is null where it is a bad one. */
    @Nullable
    Credentials ofImage(Fields image, @Nullable ImageReference reference, @Nullable String projectOfImage) {
        Fields given = image.object("credentials");
        if (given == null) {
            return null;
        }
        if (secretIn(given) == null) {
            return reference(image, given);
        }
        RegistryLogin login = login(image, given);
        if (login == null || reference == null) {
            return null;
        }
        String address = login.serverAddress();
        if (address != null && !domainOf(address).equals(reference.domain())) {
            given.wrong("serveraddress", "is not the registry of the image, which is " + reference.domain());
            return null;
        }
        return sealed(login, reference, projectOfImage);
    }

    private static boolean needs(ImageRequest image, String registry) {
        return image.credentials() == null
                && ImageReference.parse(image.image()).domain().equals(registry);
    }

    /** For which registry a job's login is; null, with a reason, where that cannot be told. */
    private static @Nullable String registryOf(Fields given, RegistryLogin login, List<ImageRequest> images) {
        Set<String> registries = new TreeSet<>();
        for (ImageRequest image : images) {
            if (image.credentials() == null) {
                registries.add(ImageReference.parse(image.image()).domain());
            }
        }
        String address = login.serverAddress();
        if (address != null && !registries.contains(domainOf(address))) {
            given.wrong("serveraddress", "is the registry of no image that has no credentials of its own");
            return null;
        }
        if (address == null && registries.size() != 1) {
            given.wrong(
                    "serveraddress",
                    registries.isEmpty()
                            ? "is missing, and every image has credentials of its own"
                            : "is missing; say for which registry the login is, because the images are from "
                                    + String.join(", ", registries));
            return null;
        }
        return address == null ? registries.iterator().next() : domainOf(address);
    }

    private static @Nullable String secretIn(Fields given) {
        return SECRETS.stream().filter(given::has).findFirst().orElse(null);
    }

    private @Nullable Credentials reference(Fields owner, Fields given) {
        if (given.has("name") == given.has("sealed")) {
            owner.wrong(
                    "credentials",
                    "must have exactly one of " + (request ? "name, sealed and a login" : "name and sealed"));
            return null;
        }
        return new Credentials(
                given.text("name", CredentialFields::isName, NAME_IN_WORDS),
                given.text(
                        "sealed",
                        text -> text.length() <= MAX_SEALED
                                && COMPACT_JWE.matcher(text).matches(),
                        "a compact JWE (five base64url parts) of at most " + MAX_SEALED + " characters"));
    }

    /** Null, with a reason, where a login may not be or is a bad one. */
    private @Nullable RegistryLogin login(Fields owner, Fields given) {
        String secret = String.valueOf(secretIn(given));
        if (intake == null || intake.seal() == null) {
            given.wrong(
                    secret,
                    request
                            ? "this gateway has no key to seal a login with (setting credentials.keys), and none goes on in"
                                    + " clear; name credentials that the workers hold"
                            : "a job must not carry a secret in clear; name credentials that the workers hold");
            return null;
        }
        if (given.has("name") || given.has("sealed")) {
            owner.wrong("credentials", "must have exactly one of name, sealed and a login");
            return null;
        }
        Pair pair = pair(given);
        RegistryLogin login = new RegistryLogin(
                pair.user(),
                pair.password(),
                secret(given, "identitytoken", "identityToken"),
                secret(given, "registrytoken", "registryToken"),
                secret(given, "serveraddress", "serverAddress"));
        boolean complete = login.username() != null && login.password() != null;
        if (!complete && login.identityToken() == null && login.registryToken() == null) {
            owner.wrong("credentials", "must have username and password, or auth, or identitytoken, or registrytoken");
            return null;
        }
        return login;
    }

    private record Pair(@Nullable String user, @Nullable String password) {}

    private static Pair pair(Fields given) {
        String auth = secret(given, "auth", "auth");
        if (auth == null) {
            return new Pair(secret(given, "username", "username"), secret(given, "password", "password"));
        }
        try {
            String text = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            if (colon > 0) {
                return new Pair(text.substring(0, colon), text.substring(colon + 1));
            }
        } catch (IllegalArgumentException e) {
            // said below, without what was read
        }
        given.wrong("auth", "must be the base64 of user:password");
        return new Pair(null, null);
    }

    /** Go's clients write empty texts for what is not set. */
    private static @Nullable String secret(Fields given, String name, String otherName) {
        String used = given.has(name) ? name : otherName;
        String text = given.text(used, t -> t.length() <= MAX_SECRET, "at most " + MAX_SECRET + " characters");
        return text == null || text.isEmpty() ? null : text;
    }

    private Credentials sealed(RegistryLogin login, ImageReference image, @Nullable String projectOfImage) {
        BiFunction<RegistryLogin, SealedFor, String> sealing = intake == null ? null : intake.seal();
        if (sealing == null) {
            throw new IllegalStateException("a login is read only where it can be sealed");
        }
        return new Credentials(
                null,
                sealing.apply(
                        new RegistryLogin(
                                login.username(),
                                login.password(),
                                login.identityToken(),
                                login.registryToken(),
                                image.domain()),
                        new SealedFor(
                                job, projectOfImage == null ? project : projectOfImage, image.canonical(), expires)));
    }

    /** A registry as references name it, whichever way Docker's files write it. */
    private static String domainOf(String address) {
        String rest = address.startsWith("https://")
                ? address.substring("https://".length())
                : address.startsWith("http://") ? address.substring("http://".length()) : address;
        int slash = rest.indexOf('/');
        String host = slash < 0 ? rest : rest.substring(0, slash);
        return host.equals("index.docker.io") || host.equals("registry-1.docker.io") ? "docker.io" : host;
    }
}
