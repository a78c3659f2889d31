// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Verifies signatures of Ed25519 and Ed448 keys (RFC 8037) with Java's own code; that of Nimbus needs Tink. */
final class EdDsaVerifier extends BaseJWSProvider implements JWSVerifier {
    /** What stands before the key itself in its X.509 form (RFC 8410). */
    private static final String ED25519_HEAD = "302a300506032b6570032100";

    private static final String ED448_HEAD = "3043300506032b6571033a00";
    private static final int ED25519_BYTES = 32;
    private static final int ED448_BYTES = 57;

    private final EdECPublicKey key;

    EdDsaVerifier(EdECPublicKey key) {
        super(Set.of(JWSAlgorithm.EdDSA));
        this.key = key;
    }

    /** Null for keys that sign nothing. */
    static @Nullable PublicKey publicKey(OctetKeyPair pair) throws JOSEException {
        boolean small = Curve.Ed25519.equals(pair.getCurve());
        byte[] x = pair.getDecodedX();
        if ((!small && !Curve.Ed448.equals(pair.getCurve())) || x.length != (small ? ED25519_BYTES : ED448_BYTES)) {
            return null;
        }
        String encoded = (small ? ED25519_HEAD : ED448_HEAD) + HexFormat.of().formatHex(x);
        try {
            return KeyFactory.getInstance(pair.getCurve().getName())
                    .generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(encoded)));
        } catch (GeneralSecurityException e) {
            throw new JOSEException("no key of " + pair.getCurve(), e);
        }
    }

    @Override
    public boolean verify(JWSHeader header, byte[] input, Base64URL signature) throws JOSEException {
        try {
            Signature verifier = Signature.getInstance(key.getParams().getName());
            verifier.initVerify(key);
            verifier.update(input);
            return verifier.verify(signature.decode());
        } catch (GeneralSecurityException e) { // also of a signature that is none
            return false;
        }
    }
}
