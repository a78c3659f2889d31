/** Bytes to records and back. Unknown fields are ignored, unknown event types survive. */
@NullMarked
package dev.pullcast.contract.codec;

import org.jspecify.annotations.NullMarked;
