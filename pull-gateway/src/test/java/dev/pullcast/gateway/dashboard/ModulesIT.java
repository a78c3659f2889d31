// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The dashboard's pure modules, run by the browser that runs them for people. */
class ModulesIT extends OpenDashboard {
    /** The value of an expression in which {@code m} is what a module exports. */
    private static Object of(String module, String expression) {
        return Objects.requireNonNull(
                browser.run("return import('./" + module + ".js').then(m => (" + expression + "))"), expression);
    }

    @Nested
    class Formats {
        @Test
        void bytesAreHuman() {
            assertThat(of("format", "[0, 999, 1000, 1234567, 99.96e6, 412.4e9, 5e15].map(m.bytes)"))
                    .isEqualTo(List.of("0 B", "999 B", "1.0 kB", "1.2 MB", "100.0 MB", "412 GB", "5000 TB"));
        }

        @Test
        void durationsGetCoarserAsTheyGrow() {
            assertThat(of("format", "[0, 3.96, 59.9, 60, 3599, 7260, 200000].map(m.duration)"))
                    .isEqualTo(List.of("0 s", "3.9 s", "59 s", "1 min 0 s", "59 min 59 s", "2 h 1 min", "2 d 7 h"));
        }

        @Test
        void timesAreRelative() {
            assertThat(of("format", "[5, 70, 7300].map(s => m.ago(new Date(1e12 - s * 1000).toISOString(), 1e12))"))
                    .isEqualTo(List.of("just now", "1 min ago", "2 h ago"));
        }

        @Test
        void imagesAreShortenedToWhatTellsThemApart() {
            assertThat(of(
                            "format",
                            "['alpine', 'ghcr.io/a/b:1.2', 'localhost:5000/x', 'r.io/n@sha256:0123456789abcdef']"
                                    + ".map(m.shortImage)"))
                    .isEqualTo(List.of("alpine", "b:1.2", "x", "n@sha256:012345"));
        }
    }

    @Nested
    class Targets {
        @Test
        void areNamesAndLabels() {
            assertThat(of("select", "JSON.stringify(m.targetOf('any', ' node-1,zone=eu  a=b=c '))"))
                    .isEqualTo(
                            "{\"mode\":\"any\",\"workers\":[\"node-1\"],\"labels\":{\"zone\":\"eu\",\"a\":\"b=c\"}}");
        }
    }

    @Nested
    class TheState {
        private static final String BEFORE = """
                (() => {
                  const state = m.emptyState();
                  const at = (type, data) => m.apply(state, type, { job: 'j', time: '2026-01-01T00:00:00Z', ...data });
                  const pull = { worker: 'w', pull: 'p', image: 'i', incarnation: 'a', attempt: 1 };
                """;

        private Object play(String script) {
            return of("state", BEFORE + script + "})()");
        }

        @Test
        void countsARepeatedEventOnce() {
            assertThat(play("""
                    at('pull.progress', { ...pull, seq: 2, percent: 50 });
                    at('pull.progress', { ...pull, seq: 2, percent: 90 });
                    at('pull.progress', { ...pull, seq: 1, percent: 90 });
                    return m.pullOf(state.jobs.get('j'), 'w', 'p').percent;""")).isEqualTo(50L);
        }

        @Test
        void forgetsTheLayersOfAnAttemptThatFailed() {
            assertThat(play("""
                    at('layer', { ...pull, seq: 1, layer: 'l', phase: 'downloading', current: 1, total: 2 });
                    at('layer', { ...pull, seq: 2, attempt: 2, layer: 'k', phase: 'waiting' });
                    return [...m.pullOf(state.jobs.get('j'), 'w', 'p').layers.keys()];""")).isEqualTo(List.of("k"));
        }

        @Test
        void ignoresARejectionOfAnotherJobWithTheSameId() {
            assertThat(play("""
                    at('job.accepted', { pulls: [{ pull: 'p', image: 'i' }], workers: ['w'] });
                    at('job.rejected', { conflict: true, reasons: ['taken'] });
                    return state.jobs.get('j').state;""")).isEqualTo("running");
        }

        @Test
        void keepsOpenJobsAndTheNewestFinishedOnes() {
            assertThat(play("""
                    at('job.accepted', { job: 'open', pulls: [], workers: [] });
                    for (let i = 0; i < 600; i++) {
                      at('job.accepted', { job: 'j' + i, pulls: [], workers: [] });
                      at('job.completed', { job: 'j' + i, result: 'succeeded' });
                    }
                    return [state.jobs.has('open'), state.jobs.has('j0'), state.jobs.has('j599'), state.jobs.size];""")).isEqualTo(List.of(true, false, true, 500L));
        }

        @Test
        void keepsABoundedLog() {
            assertThat(play("""
                    for (let i = 0; i < 1000; i++) at('layer', { ...pull, seq: i, layer: 'l' + i, phase: 'waiting' });
                    return state.jobs.get('j').log.length;""")).isEqualTo(300L);
        }
    }
}
