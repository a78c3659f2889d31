/**
 * Registry logins on their way through Kafka: sealed by a gateway, opened by the workers that hold the key. Who uses
 * this package needs com.nimbusds:nimbus-jose-jwt, which is an optional dependency. Nothing here blocks but reading the
 * key file. Start with {@link dev.pullcast.contract.sealed.SealingKeys}.
 */
@NullMarked
package dev.pullcast.contract.sealed;

import org.jspecify.annotations.NullMarked;
