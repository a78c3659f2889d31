/**
 * Hop 2: tasks for this worker. In: records of one partition of <code>pull.tasks</code>. Out: pulls. Runs on the
 * worker's context. It is never paused: the coordinator bounds what is open. An offset is committed when the terminal
 * events of all earlier tasks are acknowledged, so that a crash repeats work and loses none.
 */
@NullMarked
package dev.pullcast.worker.intake;

import org.jspecify.annotations.NullMarked;
