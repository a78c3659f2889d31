// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.tenants;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.f4b6a3.ulid.Ulid;
import dev.pullcast.contract.kafka.JobPlacement;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A secret that all gateways of a fleet share and no tenant, producer or worker knows. Makes ids that no other can make,
 * and marks records that only a coordinator writes. HMAC-SHA256 (RFC 2104), with a purpose in front so that what is made
 * for one can never serve another. Safe from any thread.
 */
public final class FleetKey implements JobPlacement.Marks {
    /** Bytes of a key. */
    public static final int BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    /** First character of ids made here: ULIDs by the clock begin with 0 until the year 3084, and with 7 from 9500 on. */
    private static final char RESERVED = '7';

    private static final byte RESERVED_BITS = (byte) 0xE0;

    private final byte[] key;

    /** Takes a key. @throws IllegalArgumentException unless it has {@link #BYTES} bytes */
    public FleetKey(byte[] key) {
        if (key.length != BYTES) {
            throw new IllegalArgumentException("a fleet key has " + BYTES + " bytes, not " + key.length);
        }
        this.key = key.clone();
    }

    /** A fresh key. */
    public static byte[] random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /**
     * The id of the job that an idempotency key means, a ULID of the reserved kind.
     *
     * @param principal whole, however long
     */
    public String jobId(String principal, String idempotencyKey) {
        byte[] id = Arrays.copyOf(
                mac("job-id", principal.getBytes(UTF_8), idempotencyKey.getBytes(UTF_8)), Ulid.ULID_BYTES);
        id[0] |= RESERVED_BITS;
        return Ulid.from(id).toString();
    }

    /** Whether an id is of the kind that only {@link #jobId} makes, and so may not be chosen by a client. */
    public static boolean isReserved(String id) {
        return id.length() == Ulid.ULID_CHARS && id.charAt(0) == RESERVED;
    }

    /** Proof that a coordinator put a record where it stands. */
    public byte[] mark(String place, int partition, byte @Nullable [] value) {
        return mac(
                "placed",
                place.getBytes(UTF_8),
                ByteBuffer.allocate(Integer.BYTES).putInt(partition).array(),
                value == null ? new byte[0] : value);
    }

    @Override
    public boolean isGenuine(String place, int partition, byte @Nullable [] value, byte[] mark) {
        return MessageDigest.isEqual(mark(place, partition, value), mark);
    }

    private byte[] mac(String purpose, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update(purpose.getBytes(UTF_8));
            for (byte[] part : parts) {
                // Lengths keep "ab", "c" apart from "a", "bc".
                mac.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
                mac.update(part);
            }
            return mac.doFinal();
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "FleetKey[***]";
    }
}
