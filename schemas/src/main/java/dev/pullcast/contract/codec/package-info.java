/**
 * Bytes to records and back. Unknown fields are ignored, unknown event types survive.
 *
 * <p>Hops: all that touch JSON. In: bytes from Kafka or HTTP; out: records, or reasons why there is none. Pure
 * functions on the caller's thread; nothing waits.
 */
@NullMarked
package dev.pullcast.contract.codec;

import org.jspecify.annotations.NullMarked;
