/** Topic names, settings, partitions, headers and serializers. The only package of this module that needs kafka-clients. */
@NullMarked
package dev.pullcast.contract.kafka;

import org.jspecify.annotations.NullMarked;
