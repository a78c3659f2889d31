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

/**
 * The keys that gateways and workers share, and what is done with them: a login is sealed as a compact JWE ({@code dir},
 * {@code A256GCM}, with its {@code kid}). Everybody who holds a key can open whatever was sealed with it.
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
     * Seals a login with the first key.
     *
     * @throws IllegalArgumentException if it does not say for which registry it is
     */
    public String seal(RegistryLogin login) {
        if (login.serverAddress() == null || login.serverAddress().isEmpty()) {
            throw new IllegalArgumentException("a login is sealed for one registry, and this one names none");
        }
        return seal(MAPPER.writeValueAsBytes(login), null);
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
     * @throws SealingException if it is nothing of that kind, was changed, or its key is not among these
     */
    public RegistryLogin open(String sealed) throws SealingException {
        return loginOf(open(sealed, null));
    }

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
            throw new SealingException("the credentials are sealed with a key that is not among " + keys.keySet());
        }
        try {
            jwe.decrypt(new DirectDecrypter(key));
        } catch (JOSEException e) {
            throw new SealingException("the sealed credentials cannot be opened with the key " + header.getKeyID()
                    + ": they were changed, or sealed with another key of that name");
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

    @Override
    public String toString() {
        return "SealingKeys" + keys.keySet();
    }
}
