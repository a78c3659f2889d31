// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.worker.engine;

import java.util.StringTokenizer;

/** The HTTP status of a registry's answer inside an engine's words. */
final class StatedStatus {
    private StatedStatus() {}

    /**
     * The first number from 400 to 599 that stands alone after one of the words "status", "HTTP" or "registry": {@code
     * received unexpected HTTP status: 503}, {@code unexpected status from GET request to https://…: 401}, {@code error
     * parsing HTTP 408 response body}.
     *
     * @param lower the words in lower case
     * @return 0 if there is none
     */
    static int in(String lower) {
        boolean told = false;
        StringTokenizer tokens = new StringTokenizer(lower);
        while (tokens.hasMoreTokens()) {
            String token = bare(tokens.nextToken());
            if (told && isStatus(token)) {
                return Integer.parseInt(token);
            }
            told |= token.equals("status") || token.equals("http") || token.equals("registry");
        }
        return 0;
    }

    private static boolean isStatus(String token) {
        return token.length() == 3
                && (token.charAt(0) == '4' || token.charAt(0) == '5')
                && Character.isDigit(token.charAt(1))
                && Character.isDigit(token.charAt(2));
    }

    /** Without the punctuation behind it. */
    private static String bare(String token) {
        int end = token.length();
        while (end > 0 && ".,:;)".indexOf(token.charAt(end - 1)) >= 0) {
            end--;
        }
        return token.substring(0, end);
    }
}
