/**
 * Topic names, settings, partitions, headers and serializers. The only package of this module that needs kafka-clients.
 *
 * <p>Hops: every one that touches Kafka. In: records of the contract; out: what Kafka's clients take. Pure functions on
 * the caller's thread, except {@link dev.pullcast.contract.kafka.TopicSetup}, which blocks until Kafka has answered.
 */
@NullMarked
package dev.pullcast.contract.kafka;

import org.jspecify.annotations.NullMarked;
