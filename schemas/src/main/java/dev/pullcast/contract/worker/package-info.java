/** Who is there: records of <code>pull.workers</code>. */
@NullMarked
package dev.pullcast.contract.worker;

import org.jspecify.annotations.NullMarked;
