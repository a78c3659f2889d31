// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.contract.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopWatchTest {
    private final List<String> ends = new ArrayList<>();
    private final List<Runnable> tasks = new ArrayList<>();
    private String lack = "";
    private final EventLoopWatch watch =
            new EventLoopWatch(3, 6, new LastResort((code, why) -> ends.add(code + ": " + why)), () -> lack);

    @AfterEach
    void close() {
        watch.close();
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            watch.look();
        }
    }

    private void work() {
        List<Runnable> now = List.copyOf(tasks);
        tasks.clear();
        now.forEach(Runnable::run);
    }

    @Test
    void aLoopThatAnswersIsHealthyHoweverLong() {
        watch.add("http 1", Runnable::run);
        rounds(100);
        assertThat(watch.problem()).isEmpty();
        assertThat(ends).isEmpty();
    }

    @Test
    void aLoopThatDoesNotAnswerIsDownThenTheEnd() {
        watch.add("http 1", Runnable::run);
        watch.add("http 2", tasks::add);
        rounds(3);
        assertThat(watch.problem()).isEmpty();
        rounds(1);
        assertThat(watch.problem()).isEqualTo("the event loop of http 2 has not answered for 3 s");
        assertThat(ends).isEmpty();
        rounds(10);
        assertThat(ends).containsExactly("4: the event loop of http 2 has not answered for 6 s");
        assertThat(tasks).as("tasks that wait in a loop that does not run").hasSize(1);
    }

    @Test
    void aLoopThatComesBackIsHealthyAgain() {
        watch.add("http 1", tasks::add);
        rounds(5);
        assertThat(watch.problem()).isNotEmpty();
        work();
        rounds(1);
        assertThat(watch.problem()).isEmpty();
        assertThat(ends).isEmpty();
    }

    @Test
    void memoryThatIsUsedUpForTwoRoundsIsTheEnd() {
        lack = "direct memory is used up";
        rounds(1);
        lack = "";
        rounds(1);
        lack = "direct memory is used up";
        rounds(1);
        assertThat(ends).isEmpty();
        rounds(1);
        assertThat(ends).containsExactly("3: direct memory is used up");
    }

    @Test
    void aLackOfMemoryAnywhereInAFailureIsTheEnd() {
        LastResort resort = new LastResort((code, why) -> ends.add(code + ": " + why));
        resort.look(new IllegalStateException("something else"));
        assertThat(ends).isEmpty();
        resort.look(new RuntimeException(new OutOfMemoryError("Cannot reserve 1 bytes of direct buffer memory")));
        resort.look(new OutOfMemoryError("again"));
        assertThat(ends).containsExactly("3: out of memory: Cannot reserve 1 bytes of direct buffer memory");
    }
}
