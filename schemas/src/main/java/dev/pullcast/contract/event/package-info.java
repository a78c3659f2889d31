/** What happened: records of <code>pull.events</code> and <code>pull.results</code>. */
@NullMarked
package dev.pullcast.contract.event;

import org.jspecify.annotations.NullMarked;
