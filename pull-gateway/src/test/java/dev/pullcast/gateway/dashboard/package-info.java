// SPDX-License-Identifier: Apache-2.0
/** The dashboard as a browser shows it. */
@NullMarked
package dev.pullcast.gateway.dashboard;

import org.jspecify.annotations.NullMarked;
