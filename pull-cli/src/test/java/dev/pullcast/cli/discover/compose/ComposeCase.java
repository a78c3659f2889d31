// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.discover.compose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A project, how it is asked for, and the images it has. Read from archives, so that each is one text: first a line
 * {@code == NAME}, then lines {@code $ VARIABLE=value}, {@code > OPTION…} and {@code = IMAGE…}, or {@code ! PART OF THE
 * ERROR}; then the files, each behind {@code -- NAME --}.
 *
 * @param options as docker compose takes them, services last
 * @param error null if the project is right
 */
record ComposeCase(
        String name,
        Map<String, String> environment,
        List<String> options,
        List<String> images,
        String error,
        String files) {

    static List<ComposeCase> parse(String archive) {
        List<ComposeCase> cases = new ArrayList<>();
        for (String part : archive.split("(?m)^== ", -1)) {
            if (!part.isBlank()) {
                cases.add(one(part));
            }
        }
        return cases;
    }

    private static ComposeCase one(String part) {
        int files = part.indexOf("\n-- ");
        Map<String, String> environment = new LinkedHashMap<>();
        List<String> options = new ArrayList<>();
        List<String> images = new ArrayList<>();
        String error = "";
        String[] lines = part.substring(0, files).split("\n", -1);
        for (String line : Arrays.asList(lines).subList(1, lines.length)) {
            String rest = line.length() > 2 ? line.substring(2) : "";
            switch (line.isEmpty() ? ' ' : line.charAt(0)) {
                case '$' ->
                    environment.put(rest.substring(0, rest.indexOf('=')), rest.substring(rest.indexOf('=') + 1));
                case '>' -> options.addAll(List.of(rest.split(" ", -1)));
                case '=' -> images.addAll(rest.isEmpty() ? List.of() : List.of(rest.split(" ", -1)));
                case '!' -> error = rest;
                default -> {
                    // an empty line
                }
            }
        }
        return new ComposeCase(lines[0], environment, options, images, error, part.substring(files + 1));
    }

    @Override
    public String toString() {
        return name;
    }
}
