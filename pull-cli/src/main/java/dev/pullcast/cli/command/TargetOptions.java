// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.cli.command;

import dev.pullcast.contract.job.LabelSelector;
import dev.pullcast.contract.job.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which of a gateway's workers shall pull. */
final class TargetOptions {
    @Option(
            names = "--target",
            paramLabel = "NAME|LABEL=VALUE",
            split = ",",
            description = "With --gateway: only these workers, by name, or those that have these labels.")
    private List<String> targets = List.of();

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "SELECTOR",
            converter = Selector.class,
            description = "With --gateway: only workers whose labels match, as for kubectl: zone=a, zone!=a,"
                    + " 'zone in (a,b)', 'zone notin (a,b)', gpu, '!gpu', several with commas.")
    private @Nullable LabelSelector selector;

    @Option(names = "--any", description = "With --gateway: one of the workers that match, the least busy, not all.")
    private boolean any;

    /** Whether anything was said. */
    boolean isGiven() {
        return !targets.isEmpty() || selector != null || any;
    }

    /** What has an equals sign is a label, anything else a worker's name. */
    Target target() {
        List<String> workers = new ArrayList<>();
        Map<String, String> labels = new LinkedHashMap<>();
        for (String target : targets) {
            int equals = target.indexOf('=');
            if (equals < 0) {
                workers.add(target);
            } else {
                labels.put(target.substring(0, equals), target.substring(equals + 1));
            }
        }
        return new Target(any ? Target.Mode.ANY : Target.Mode.ALL, workers, labels, selector);
    }

    /** As typed. */
    private static final class Selector implements ITypeConverter<LabelSelector> {
        @Override
        public LabelSelector convert(String text) {
            try {
                return LabelSelector.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' " + e.getMessage());
            }
        }
    }
}
