/** Kubernetes manifests: pods and whatever makes pods. Pure functions of the text. */
@NullMarked
package dev.pullcast.cli.discover.kubernetes;

import org.jspecify.annotations.NullMarked;
