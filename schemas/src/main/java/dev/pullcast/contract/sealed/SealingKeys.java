// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.sealed;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.text.ParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The keys that gateways and workers share, and what is done with them: a login is sealed as a compact JWE ({@code dir},
 * {@code A256GCM}, with its {@code kid}), for one use. A process that holds a key can open all that was sealed with it.
 *
 * <p>The file has one {@code kid:base64url(32 bytes)} per line; blank lines and lines that start with {@code #} are
 * skipped. The first key seals, every key opens: to change keys, add the new one behind the old one everywhere, then
 * move it to the front, then take the old one out once no open job needs it.
 */
public final class SealingKeys {
    private static final int KEY_BYTES = 32;
    private static final Pattern KID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    // Its own: the contract's reader of jobs seals, and packages know each other in one direction.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Map<String, SecretKey> keys;

    private SealingKeys(Map<String, SecretKey> keys) {
        this.keys = keys;
    }

    /**
     * Reads the file of keys. Blocks.
     *
     * @throws SealingException if it cannot be read or has a line that is no key; it says which line, not what is in it
     */
    public static SealingKeys read(Path file) throws SealingException {
        try {
            return parse(Files.readAllLines(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new SealingException("the file of sealing keys " + file + " does not exist");
        } catch (IOException e) { // among them bytes that are no UTF-8
            throw new SealingException("cannot read the file of sealing keys " + file + ": "
                    + e.getClass().getSimpleName());
        }
    }

    /** Keys from the lines of a file, which {@code where} names in messages. */
    static SealingKeys parse(List<String> lines, String where) throws SealingException {
        Map<String, SecretKey> keys = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String place = where + ", line " + (i + 1);
            int colon = line.indexOf(':');
            String kid = line.substring(0, Math.max(colon, 0));
            if (!KID.matcher(kid).matches()) {
                throw new SealingException(
                        place + ": write kid:key, with 1 to 64 letters, digits, '.', '_' or '-' as" + " kid");
            }
            if (keys.put(kid, keyOf(line.substring(colon + 1), place)) != null) {
                throw new SealingException(place + ": the kid " + kid + " is there twice");
            }
        }
        if (keys.isEmpty()) {
            throw new SealingException(where + " has no key");
        }
        return new SealingKeys(keys);
    }

    /** A key that nobody else has, for what need not be opened elsewhere or later. */
    public static SealingKeys ofThisProcess() {
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new SealingKeys(Map.of("process", new SecretKeySpec(bytes, "AES")));
    }

    private static SecretKey keyOf(String text, String place) throws SealingException {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw new SealingException(place + ": the key is not base64url");
        }
        if (bytes.length != KEY_BYTES) {
            throw new SealingException(place + ": the key has " + bytes.length + " bytes; it must have " + KEY_BYTES);
        }
        return new SecretKeySpec(bytes, "AES");
    }

    /**
     * Seals a login with the first key, for one use.
     *
     * @throws IllegalArgumentException if it does not say for which registry, job and image it is, and until when
     */
    public String seal(RegistryLogin login, SealedFor use) {
        if (login.serverAddress() == null || login.serverAddress().isEmpty()) {
            throw new IllegalArgumentException("a login is sealed for one registry, and this one names none");
        }
        if (use.job() == null || use.image() == null || use.expires() <= 0) {
            throw new IllegalArgumentException("a login is sealed for one job and image, and for a time");
        }
        ObjectNode content = MAPPER.valueToTree(login);
        content.setAll((ObjectNode) MAPPER.valueToTree(use));
        return seal(MAPPER.writeValueAsBytes(content), null);
    }

    /**
     * Seals something else with the first key.
     *
     * @param kind what it is; nothing that was sealed as one kind can be opened as another
     */
    public String seal(byte[] content, @Nullable String kind) {
        Map.Entry<String, SecretKey> first = keys.entrySet().iterator().next();
        JWEHeader header = new JWEHeader.Builder(JWEAlgorithm.DIR, EncryptionMethod.A256GCM)
                .keyID(first.getKey())
                .contentType(kind)
                .build();
        JWEObject jwe = new JWEObject(header, new Payload(content));
        try {
            jwe.encrypt(new DirectEncrypter(first.getValue()));
        } catch (JOSEException e) {
            throw new IllegalStateException("this JVM cannot do A256GCM", e);
        }
        return jwe.serialize();
    }

    /**
     * Opens what {@link #seal} made, here or elsewhere.
     *
     * @throws SealingException if it is nothing of that kind, was changed, its key is not among these, or it does not say
     *     what it is for
     */
    public Opened open(String sealed) throws SealingException {
        byte[] json = open(sealed, null);
        return new Opened(loginOf(json), useOf(json));
    }

    /**
     * A login that was sealed, with what it may be used for. Opening it does not compare that with anything.
     *
     * @param login in clear
     * @param use all of it set but the project, which may be null
     */
    public record Opened(RegistryLogin login, SealedFor use) {}

    /**
     * Opens what {@link #seal(byte[], String)} made of the same kind, here or elsewhere.
     *
     * @throws SealingException if it is nothing of that kind, was changed, or its key is not among these
     */
    public byte[] open(String sealed, @Nullable String kind) throws SealingException {
        JWEObject jwe;
        try {
            jwe = JWEObject.parse(sealed);
        } catch (ParseException e) {
            throw new SealingException("the sealed credentials are not a compact JWE");
        }
        JWEHeader header = jwe.getHeader();
        if (!JWEAlgorithm.DIR.equals(header.getAlgorithm())
                || !EncryptionMethod.A256GCM.equals(header.getEncryptionMethod())
                || header.getCompressionAlgorithm() != null
                || !Objects.equals(header.getContentType(), kind)) {
            throw new SealingException("the sealed credentials are not sealed with dir and A256GCM, uncompressed");
        }
        SecretKey key = header.getKeyID() == null ? null : keys.get(header.getKeyID());
        if (key == null) {
            // Names of keys tell of the operator's habits, and this may be shown to any tenant.
            throw new SealingException("the credentials are sealed with a key that is not here");
        }
        try {
            jwe.decrypt(new DirectDecrypter(key));
        } catch (JOSEException e) {
            throw new SealingException(
                    "the sealed credentials were changed, or sealed with another key of the same name");
        }
        return jwe.getPayload().toBytes();
    }

    private static RegistryLogin loginOf(byte[] json) throws SealingException {
        RegistryLogin login;
        try {
            login = MAPPER.readValue(json, RegistryLogin.class);
        } catch (JacksonException e) { // whose message may quote what it read
            throw new SealingException("what was sealed is not a login as Docker's AuthConfig");
        }
        if (login == null
                || login.serverAddress() == null
                || login.serverAddress().isEmpty()) {
            throw new SealingException("the sealed credentials do not say for which registry they are"
                    + " (serveraddress), so they are sent to none");
        }
        return login;
    }

    private static SealedFor useOf(byte[] json) throws SealingException {
        SealedFor use;
        try {
            use = MAPPER.readValue(json, SealedFor.class);
        } catch (JacksonException e) {
            throw new SealingException("the sealed claims job, project and image must be strings, and exp a number");
        }
        if (use == null || use.job() == null || use.image() == null || use.expires() <= 0) {
            throw new SealingException(
                    "the sealed credentials do not say for which job and image they are, and until when"
                            + " (job, image, exp), so they are used for none");
        }
        return use;
    }

    /** Names of the keys, for a log; not for messages to tenants. */
    @Override
    public String toString() {
        return "SealingKeys" + keys.keySet();
    }
}
