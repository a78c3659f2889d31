// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.documents;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.contract.codec.JobLimits;
import dev.pullcast.contract.codec.JobReader;
import dev.pullcast.contract.event.PullEvent;
import dev.pullcast.contract.job.JobRecord;
import dev.pullcast.contract.job.StandingSet;
import dev.pullcast.contract.job.TaskRecord;
import dev.pullcast.contract.view.ImageView;
import dev.pullcast.contract.view.JobView;
import dev.pullcast.contract.view.PullView;
import dev.pullcast.contract.view.SetView;
import dev.pullcast.contract.view.Snapshot;
import dev.pullcast.contract.view.WorkerDetail;
import dev.pullcast.contract.view.WorkerView;
import dev.pullcast.contract.worker.WorkerStatus;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A kind of message: its name, its record, where its schema stands, and how it is read.
 *
 * @param name first part of its examples' names
 * @param record in Java
 * @param schema file
 * @param definition where in that file
 * @param reader from bytes
 */
record Kind(String name, Class<?> record, String schema, String definition, Function<byte[], Object> reader) {

    /** All kinds: found by walking the sealed interfaces, so that none is forgotten. */
    static List<Kind> all() {
        Stream<Kind> events = leaves(PullEvent.class)
                .filter(type -> type != PullEvent.Unknown.class)
                .map(type -> ofDefinition(typeName(type), type, "event.schema.json", ContractJson::readEvent));
        Stream<Kind> tasks = leaves(TaskRecord.class)
                .map(type -> ofDefinition(type.getSimpleName(), type, "task.schema.json", ContractJson::readTask));
        Stream<Kind> jobs = leaves(JobRecord.class)
                .map(type -> ofDefinition(type.getSimpleName(), type, "job.schema.json", Kind::readJob));
        Stream<Kind> views = Stream.of(
                        JobView.class,
                        PullView.class,
                        WorkerView.class,
                        WorkerDetail.class,
                        ImageView.class,
                        SetView.class,
                        Snapshot.class)
                .map(type -> ofDefinition(
                        type.getSimpleName(),
                        type,
                        "view.schema.json",
                        json -> ContractJson.mapper().readValue(json, type)));
        Kind worker = new Kind("WorkerStatus", WorkerStatus.class, "worker.schema.json", "#", ContractJson::readWorker);
        Kind set = new Kind("StandingSet", StandingSet.class, "set.schema.json", "#", ContractJson::readSet);
        return Stream.of(events, tasks, jobs, views, Stream.of(worker, set))
                .flatMap(kinds -> kinds)
                .toList();
    }

    /** Names of the kinds of events. */
    static Set<String> ofEvents() {
        Set<String> names = new TreeSet<>();
        leaves(PullEvent.class).filter(t -> t != PullEvent.Unknown.class).forEach(t -> names.add(typeName(t)));
        return names;
    }

    /** Fields of its JSON as the record has them. */
    Set<String> fields() {
        Set<String> names = new TreeSet<>();
        addFields(record, names);
        if (PullEvent.class.isAssignableFrom(record)) {
            names.addAll(Set.of("type", "id"));
        } else if (JobRecord.class.isAssignableFrom(record) || TaskRecord.class.isAssignableFrom(record)) {
            names.add("kind");
        }
        return names;
    }

    /** Whether an example's file is of this kind: {@code PullJob.json}, {@code PullJob.minimal.json}. */
    boolean hasExample(String file) {
        String rest = file.startsWith(name) ? file.substring(name.length()) : "";
        return rest.matches("(\\.[a-z]+)?\\.json");
    }

    /**
     * Whether reading cannot do without a field of a topic's value: numbers and collections begin empty, and what
     * programs compute is not read.
     */
    boolean mustBeGiven(String field) {
        return !schema.startsWith("view") && !schema.startsWith("job") && hasReference(record, field);
    }

    private static boolean hasReference(Class<?> type, String field) {
        return Arrays.stream(type.getRecordComponents())
                .anyMatch(c -> c.getAccessor().isAnnotationPresent(JsonUnwrapped.class)
                        ? hasReference(c.getType(), field)
                        : c.getName().equals(field)
                                && !c.getType().isPrimitive()
                                && c.getType() != Map.class
                                && c.getType() != List.class);
    }

    @Override
    public String toString() {
        return name;
    }

    private static Kind ofDefinition(String name, Class<?> type, String schema, Function<byte[], Object> reader) {
        return new Kind(name, type, schema, "#/$defs/" + name, reader);
    }

    private static Object readJob(byte[] json) {
        return switch (JobReader.read(json, JobLimits.DEFAULT)) {
            case JobReader.Accepted accepted -> accepted.record();
            case JobReader.Rejected rejected -> throw new AssertionError(rejected.toString());
        };
    }

    private static String typeName(Class<?> type) {
        return Arrays.stream(PullEvent.class.getAnnotation(JsonSubTypes.class).value())
                .filter(known -> known.value() == type)
                .map(JsonSubTypes.Type::name)
                .findFirst()
                .orElseThrow(() -> new AssertionError(type + " is not among the JsonSubTypes of PullEvent"));
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed() ? Arrays.stream(type.getPermittedSubclasses()).flatMap(Kind::leaves) : Stream.of(type);
    }

    private static void addFields(Class<?> record, Set<String> names) {
        for (RecordComponent component : record.getRecordComponents()) {
            if (component.getAccessor().isAnnotationPresent(JsonUnwrapped.class)) {
                addFields(component.getType(), names);
            } else {
                names.add(component.getName());
            }
        }
    }
}
