// SPDX-License-Identifier: Apache-2.0
/** Rules of networks that several programs share: proxies from the environment, blocks of IP addresses. No I/O. */
@NullMarked
package dev.pullcast.contract.net;

import org.jspecify.annotations.NullMarked;
