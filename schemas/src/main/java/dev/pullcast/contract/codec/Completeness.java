// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.codec;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a record lacks: Jackson leaves null where a field is absent, and code that relies on the records' nullness
 * would fail much later, where nobody knows any more which bytes were bad. Safe from any thread.
 */
final class Completeness {
    private static final ClassValue<List<Method>> NEEDED = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> type) {
            return Arrays.stream(type.getRecordComponents())
                    .filter(c -> !c.getType().isPrimitive())
                    .filter(c -> !c.getAnnotatedType().isAnnotationPresent(Nullable.class))
                    .map(RecordComponent::getAccessor)
                    .toList();
        }
    };

    private Completeness() {}

    /** The name of a component that is null and may not be, in the record or in one that it holds; or null. */
    static @Nullable String firstMissing(Record value) {
        for (Method component : NEEDED.get(value.getClass())) {
            Object part = get(component, value);
            if (part == null) {
                return component.getName();
            }
            String missing = switch (part) {
                case Record inner -> firstMissing(inner);
                case List<?> list -> firstMissing(list);
                default -> null;
            };
            if (missing != null) {
                return missing;
            }
        }
        return null;
    }

    private static @Nullable String firstMissing(List<?> list) {
        for (Object element : list) {
            String missing = element instanceof Record inner ? firstMissing(inner) : null;
            if (missing != null) {
                return missing;
            }
        }
        return null;
    }

    private static @Nullable Object get(Method component, Record value) {
        try {
            return component.invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the contract's records are public", e);
        }
    }
}
