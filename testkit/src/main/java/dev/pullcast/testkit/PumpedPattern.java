// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.testkit;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A regular expression and texts that could make it slow: each character of the expression, and each pair of them,
 * repeated, with an end that does not fit. Counts the characters that the expression looks at, so the verdict is the same
 * on any machine: for a text twice as long they must be about twice as many.
 */
final class PumpedPattern {
    private static final int LENGTH = 500;
    private static final int VERY_LONG = 30_000;
    private static final double MAX_GROWTH = 2.6;
    /** Of short texts nothing can be said. */
    private static final int MIN_STEPS = 3000;

    private static final int MAX_CHARACTERS = 24;
    private static final String OFTEN = " a0\"\n-=:";

    private final Pattern pattern;
    private final boolean searched;

    /** @param searched whether it is searched for; else it is only matched with a whole text */
    PumpedPattern(Pattern pattern, boolean searched) {
        this.pattern = pattern;
        this.searched = searched;
    }

    /** What is wrong with it; empty if nothing is. */
    String problem() {
        Set<Integer> characters = new LinkedHashSet<>();
        (OFTEN + pattern.pattern()).chars().limit(400).forEach(characters::add);
        int tried = 0;
        for (int one : characters) {
            if (tried++ > MAX_CHARACTERS) {
                break;
            }
            for (int other : characters) {
                String pump = Character.toString(one) + (one == other ? "" : Character.toString(other));
                double growth = growth(pump);
                if (growth > MAX_GROWTH) {
                    return "(" + pattern + ") looks at " + growth
                            + " times as many characters of a text twice as long, of '" + pump + "' repeated";
                }
            }
            try {
                steps(Character.toString(one), VERY_LONG);
            } catch (StackOverflowError e) {
                return "(" + pattern + ") exhausts the stack over '" + Character.toString(one) + "' repeated";
            }
        }
        return "";
    }

    private double growth(String pump) {
        long longer = steps(pump, 2 * LENGTH);
        return longer < MIN_STEPS ? 1 : (double) longer / Math.max(1, steps(pump, LENGTH));
    }

    private long steps(String pump, int length) {
        Counted text = new Counted(pump.repeat(length / pump.length()) + "\u0000\u0085");
        Matcher matcher = pattern.matcher(text);
        boolean fits = matcher.matches();
        if (searched && !fits) {
            matcher.reset();
            while (matcher.find()) {
                // counted
            }
        }
        return text.steps;
    }

    /** Counts each look at a character. */
    private static final class Counted implements CharSequence {
        private final String text;
        private long steps;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            steps++;
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
