/**
 * What projects may do: which images, how many jobs, bytes and pulls, and which ids and records only the fleet itself can
 * make. Pure: no I/O, no clock. Used by the HTTP API at a submission, and by the coordinator for what stands on
 * {@code pull.jobs}, so that both decide alike.
 */
@NullMarked
package dev.pullcast.gateway.tenants;

import org.jspecify.annotations.NullMarked;
