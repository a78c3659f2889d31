// SPDX-License-Identifier: Apache-2.0
/** Text of strangers: what may be shown of it. Pure functions without dependencies. */
@NullMarked
package dev.pullcast.contract.text;

import org.jspecify.annotations.NullMarked;
