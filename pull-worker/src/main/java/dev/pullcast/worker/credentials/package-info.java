/**
 * Beside hop 4: which registry logins a pull may use. In: an image's reference, and what its job asks for. Out: logins in
 * the order in which they are to be tried. Files are read and helper programs run anew for every attempt, so that
 * whatever was rotated is used, on a virtual thread each, so that nobody waits for a slow one; answers come back on the
 * caller's Vert.x context. Nothing here is logged or published but names. Start with
 * {@link dev.pullcast.worker.credentials.WorkerKeyring}.
 */
@NullMarked
package dev.pullcast.worker.credentials;

import org.jspecify.annotations.NullMarked;
