// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many workers of a job may have work at the same time: a number, or a share of those that the job is for. In JSON a
 * number or a text such as {@code "25%"}, like Kubernetes' {@code IntOrString}.
 *
 * @param amount workers, or percent; 0 starts none
 * @param percent whether it is a share
 */
public record WorkersAtOnce(int amount, boolean percent) {
    /** The largest number, as many workers as a job may name. */
    public static final int MOST = 100_000;

    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3})%");

    /** Checks the bounds. */
    public WorkersAtOnce {
        int most = percent ? 100 : MOST;
        if (amount < 0 || amount > most) {
            throw new IllegalArgumentException("must be from 0 to " + most + (percent ? " percent" : ""));
        }
    }

    /** A number of workers. */
    @JsonCreator
    public static WorkersAtOnce of(int workers) {
        return new WorkersAtOnce(workers, false);
    }

    /**
     * Reads {@code "25%"}.
     *
     * @throws IllegalArgumentException saying what is allowed
     */
    @JsonCreator
    public static WorkersAtOnce parse(String text) {
        Matcher matcher = PERCENT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("must be a whole number or a percentage such as 25%");
        }
        return new WorkersAtOnce(Integer.parseInt(matcher.group(1)), true);
    }

    /** As many of these workers; a share is rounded up, so that a small fleet moves, too. */
    public int among(int workers) {
        return percent ? (int) ((workers * (long) amount + 99) / 100) : amount;
    }

    @JsonValue
    Object json() {
        return percent ? amount + "%" : amount;
    }
}
