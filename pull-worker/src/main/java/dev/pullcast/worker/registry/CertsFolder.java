// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Docker's folder of certificates (docs.docker.com/engine/security/certificates): beneath {@code HOST:PORT} stand
 * authorities ({@code *.crt}) that are trusted besides the JDK's, and a certificate for us ({@code NAME.cert} with
 * {@code NAME.key}, PKCS#8). Read anew for each question, so that what is rotated counts at once.
 *
 * @param folder usually {@code /etc/docker/certs.d}
 */
record CertsFolder(Path folder) {
    private static final char[] NO_PASSWORD = {'n'};

    /** What connections to this registry, and to its token server, are secured with. */
    SSLSocketFactory of(String server) throws RegistryException {
        Path own = folder.resolve(server).normalize();
        if (!folder.normalize().equals(own.getParent()) || !Files.isDirectory(own)) {
            return (SSLSocketFactory) SSLSocketFactory.getDefault();
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(own), trust(own), null);
            return context.getSocketFactory();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new RegistryException(
                    Refusal.UNREACHABLE,
                    "cannot use the certificates in " + own + ": "
                            + e.getClass().getSimpleName() + "; keys must be PKCS#8 without a password");
        }
    }

    private static TrustManager @Nullable [] trust(Path own) throws IOException, GeneralSecurityException {
        List<Path> authorities = files(own, ".crt");
        if (authorities.isEmpty()) {
            return null; // the JDK's
        }
        KeyStore store = emptyStore();
        int number = 0;
        for (TrustManager manager : managers(null)) {
            if (manager instanceof X509TrustManager usual) {
                for (X509Certificate each : usual.getAcceptedIssuers()) {
                    store.setCertificateEntry("jdk-" + number++, each);
                }
            }
        }
        for (Path file : authorities) {
            for (Certificate each : certificates(file)) {
                store.setCertificateEntry("own-" + number++, each);
            }
        }
        return managers(store);
    }

    private static TrustManager[] managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] keys(Path own) throws IOException, GeneralSecurityException {
        List<Path> chains = files(own, ".cert");
        if (chains.isEmpty()) {
            return null;
        }
        KeyStore store = emptyStore();
        for (Path file : chains) {
            String name = file.getFileName().toString();
            Path key = own.resolve(name.substring(0, name.length() - "cert".length()) + "key");
            Certificate[] chain = certificates(file).toArray(new Certificate[0]);
            store.setKeyEntry(name, privateKey(key, chain[0]), NO_PASSWORD, chain);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static PrivateKey privateKey(Path file, Certificate certificate)
            throws IOException, GeneralSecurityException {
        String begin = "-----BEGIN PRIVATE KEY-----";
        String pem = Files.readString(file, StandardCharsets.US_ASCII);
        int from = pem.indexOf(begin);
        int to = pem.indexOf("-----END PRIVATE KEY-----");
        if (from < 0 || to < from) {
            throw new GeneralSecurityException("not PKCS#8");
        }
        byte[] key = Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to));
        return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(key));
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> found = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
        if (found.isEmpty()) {
            throw new GeneralSecurityException("no certificate");
        }
        return found;
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static List<Path> files(Path folder, String suffix) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.filter(file -> file.getFileName().toString().endsWith(suffix))
                    .sorted()
                    .forEach(found::add);
        }
        return found;
    }
}
