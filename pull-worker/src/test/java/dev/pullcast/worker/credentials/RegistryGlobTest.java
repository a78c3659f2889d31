// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cases of the kubelet's own test of {@code URLsMatch} and of its lookup, and those of its documentation. */
class RegistryGlobTest {
    @ParameterizedTest
    @CsvSource({
        // exact, and by path
        "kubernetes.io, kubernetes.io, true",
        "kubernetes.io, kubernetes.io/some/image, true",
        "kubernetes.io, kubernetes.com, false",
        "kubernetes.io/some, kubernetes.io/some/image, true",
        "kubernetes.io/other, kubernetes.io/some/image, false",
        "kubernetes.io/some, kubernetes.io/something/image, true",
        // globs stand for parts of the host
        "*.kubernetes.io, abc.kubernetes.io, true",
        "*.kubernetes.io, a.b.kubernetes.io, false",
        "*.kubernetes.io, kubernetes.io, false",
        "*.*.kubernetes.io, a.b.kubernetes.io, true",
        "kubernetes.*, kubernetes.io, true",
        "k8s.*.io, k8s.abc.io, true",
        "pre*.kubernetes.io, prefix.kubernetes.io, true",
        "*fix.kubernetes.io, prefix.kubernetes.io, true",
        "p*x.kubernetes.io, prefix.kubernetes.io, true",
        "pre*.kubernetes.io, fix.kubernetes.io, false",
        "*.io, kubernetes.io/some, true",
        "*, localhost, true",
        "*.kubernetes.io/some, abc.kubernetes.io/some/image, true",
        "*.kubernetes.io/other, abc.kubernetes.io/some/image, false",
        // not in ports and paths
        "kubernetes.io:5000, kubernetes.io:5000/a, true",
        "kubernetes.io:5000, kubernetes.io:6000/a, false",
        "kubernetes.io:5000, kubernetes.io/a, false",
        "kubernetes.io, kubernetes.io:5000/a, false",
        "*.kubernetes.io:5000, a.kubernetes.io:5000/b, true",
        "kubernetes.io:*, kubernetes.io:5000/a, false",
        "kubernetes.io/*, kubernetes.io/some, false",
        "[::1]:5000, [::1]:5000/a, true",
        // schemes, and paths of Docker's own API
        "https://kubernetes.io/v1/, kubernetes.io/some, true",
        "http://kubernetes.io/v2/some, kubernetes.io/some/image, true",
        "https://kubernetes.io/v1, kubernetes.io/some, false",
        "https://me:pw@kubernetes.io/, kubernetes.io/some, true",
    })
    void matchesAsTheKubelet(String key, String image, boolean expected) {
        assertThat(RegistryGlob.matches(RegistryGlob.keyOf(key), image)).isEqualTo(expected);
    }
}
