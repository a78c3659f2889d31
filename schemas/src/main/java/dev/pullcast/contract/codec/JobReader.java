// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

/** To be written. */
public final class JobReader {
    private JobReader() {}
}
