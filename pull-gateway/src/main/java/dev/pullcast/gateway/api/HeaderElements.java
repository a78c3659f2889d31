// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lists in header fields (RFC 9110, 5.6.1 and 5.6.6): elements between commas, each with parameters after semicolons;
 * neither divides anything within double quotes. Reads each character once. Pure.
 */
final class HeaderElements {
    private HeaderElements() {}

    /** The elements that are not empty; of each the parts between semicolons, at least one, without blanks around. */
    static List<List<String>> of(String header) {
        List<List<String>> elements = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i <= header.length(); i++) {
            char c = i == header.length() ? ',' : header.charAt(i);
            boolean ends = i == header.length();
            if (quoted && !ends) {
                i += c == '\\' && i + 1 < header.length() ? 1 : 0;
                quoted = c != '"';
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',' || c == ';') {
                parts.add(header.substring(start, i).strip());
                start = i + 1;
                if (c == ',') {
                    add(parts, elements);
                    parts = new ArrayList<>();
                }
            }
        }
        return elements;
    }

    private static void add(List<String> parts, List<List<String>> elements) {
        if (parts.size() > 1 || !parts.getFirst().isEmpty()) {
            elements.add(List.copyOf(parts));
        }
    }

    /** Whether an Accept field allows a media type: the most specific range that names it decides (RFC 9110, 12.5.1). */
    static boolean allowsType(String accept, String type) {
        String family = type.substring(0, type.indexOf('/')) + "/*";
        int most = 0;
        boolean allowed = false;
        for (List<String> range : of(accept)) {
            String name = range.getFirst().toLowerCase(Locale.ROOT);
            int specific = name.equals(type) ? 3 : name.equals(family) ? 2 : name.equals("*/*") ? 1 : 0;
            if (specific > 0 && specific >= most) {
                allowed = (specific == most && allowed) || !isRefused(range);
                most = specific;
            }
        }
        return allowed;
    }

    private static boolean isRefused(List<String> range) {
        for (String parameter : range.subList(1, range.size())) {
            int equals = parameter.indexOf('=');
            if (equals > 0 && parameter.substring(0, equals).strip().equalsIgnoreCase("q")) {
                return isZero(parameter.substring(equals + 1).strip());
            }
        }
        return false;
    }

    /** {@code 0}, {@code 0.}, {@code 0.000}. */
    private static boolean isZero(String weight) {
        if (!weight.startsWith("0") || (weight.length() > 1 && weight.charAt(1) != '.')) {
            return false;
        }
        return weight.chars().skip(2).allMatch(c -> c == '0');
    }
}
