/** What is asked for: records of <code>pull.jobs</code> and what the coordinator makes of them on <code>pull.tasks</code>. */
@NullMarked
package dev.pullcast.contract.job;

import org.jspecify.annotations.NullMarked;
