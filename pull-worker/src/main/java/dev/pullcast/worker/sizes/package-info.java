/**
 * Beside hop 4: how large the layers of an image are, read from its manifest while the engine is already at work, so
 * that the total of a pull is right before the engine has begun with its last layer. In: a reference, a platform and the
 * login that the engine uses. Out: {@link dev.pullcast.worker.sizes.LayerSizes.Answer}, on the caller's context. The
 * registry is asked on a virtual thread, one request at a time for each registry, within a bound of seconds. Nothing
 * waits for it, and nothing fails because of it.
 */
@NullMarked
package dev.pullcast.worker.sizes;

import org.jspecify.annotations.NullMarked;
