/** Tests: Topics, headers and serializers. */
@NullMarked
package dev.pullcast.contract.kafka;

import org.jspecify.annotations.NullMarked;
