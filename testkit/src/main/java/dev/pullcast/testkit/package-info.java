// SPDX-License-Identifier: Apache-2.0
/** Real parts and scripted fakes for tests; no hop, never shipped. */
@NullMarked
package dev.pullcast.testkit;

import org.jspecify.annotations.NullMarked;
