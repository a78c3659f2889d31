/** Names of images as OCI and Docker define them: references and platforms. Pure values, any thread. */
@NullMarked
package dev.pullcast.contract.image;

import org.jspecify.annotations.NullMarked;
