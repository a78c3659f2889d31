// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.coordinator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The jobs of a partition, put together from the newest value of each key of the changelog. */
final class LedgerReader {
    private static final class Parts {
        private final Map<Integer, JobEntry.Expected> lists = new TreeMap<>();
        private final Map<String, JobEntry.Assigned> assigned = new HashMap<>();
        private final List<String> keys = new ArrayList<>();
    }

    private final Map<String, JobEntry.Open> headers = new LinkedHashMap<>();
    private final Map<String, JobEntry.Ended> ended = new LinkedHashMap<>();
    private final Map<String, Parts> parts = new HashMap<>();

    LedgerReader(Map<String, JobEntry> state) {
        state.forEach(this::take);
    }

    private void take(String key, JobEntry value) {
        String job = JobEntry.jobOf(key);
        String part = key.substring(key.lastIndexOf('/') + 1);
        switch (value) {
            case JobEntry.Open open -> headers.put(job, open);
            case JobEntry.Ended end -> ended.put(job, end);
            case JobEntry.Expected list -> {
                partsOf(job, key).lists.put(Integer.parseInt(part), list);
            }
            case JobEntry.Assigned assigned -> {
                String worker = key.substring(JobEntry.assignedKey(job, "").length());
                partsOf(job, key).assigned.put(worker, assigned);
            }
        }
    }

    private Parts partsOf(String job, String key) {
        Parts found = parts.computeIfAbsent(job, _ -> new Parts());
        found.keys.add(key);
        return found;
    }

    /** Open jobs, the oldest first. */
    List<OpenJob> open() {
        return headers.values().stream()
                .sorted(Comparator.comparing(JobEntry.Open::accepted))
                .map(header -> {
                    Parts own = parts.getOrDefault(header.job().id(), new Parts());
                    return OpenJob.restore(header, own.lists, own.assigned);
                })
                .toList();
    }

    /** Jobs with an end, the oldest first. */
    Map<String, JobEntry.Ended> ended() {
        Map<String, JobEntry.Ended> sorted = new LinkedHashMap<>();
        ended.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.comparing(JobEntry.Ended::at)))
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    /** Keys of jobs that are not open. */
    List<String> garbage() {
        return parts.entrySet().stream()
                .filter(entry -> !headers.containsKey(entry.getKey()))
                .flatMap(entry -> entry.getValue().keys.stream())
                .toList();
    }
}
