// SPDX-License-Identifier: Apache-2.0
package dev.pullcast.gateway.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pullcast.contract.codec.ContractJson;
import dev.pullcast.testkit.FoldCases;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** What events of pulls add up to in the browser; the same table as for the gateway and the command line. */
class FoldsIT extends OpenDashboard {
    @Test
    void eventsOfAPullAddUpToItsView() {
        SoftAssertions all = new SoftAssertions();
        for (FoldCases.Case one : FoldCases.all()) {
            Object view = Objects.requireNonNull(browser.run("""
                    return import('./state.js').then((m) => {
                      const state = m.emptyState();
                      for (const event of JSON.parse(arguments[0])) m.apply(state, event.type, event);
                      const pull = m.pullOf(state.jobs.get('j'), 'w', 'p');
                      return JSON.stringify({ ...pull, layers: [...pull.layers.values()] });
                    })""", one.events().toString()));
            all.assertThat(FoldCases.compared(ContractJson.mapper().readTree(view.toString())))
                    .as(one.name())
                    .isEqualTo(FoldCases.compared(one.view()));
        }
        all.assertAll();
    }

    @Test
    void aJobsPercentageIsByBytesNeverFallsAndIsBelowAHundredWhileOneGoesOn() {
        Object percents = browser.run("""
                return Promise.all([import('./state.js'), import('./select.js')]).then(([m, s]) => {
                  const state = m.emptyState();
                  let seq = 0;
                  const at = (pull, type, data) => {
                    m.apply(state, type, { job: 'j', worker: 'w', pull, image: pull, incarnation: 'i', attempt: 1,
                      seq: ++seq, time: '2026-01-01T00:00:00Z', ...data });
                    const sum = s.summary(state.jobs.get('j'));
                    return `${Math.round(10 * sum.percent) / 10} ${sum.bytes}/${sum.bytesTotal}`;
                  };
                  at('large', 'pull.queued', {});
                  return [
                    at('small', 'pull.succeeded', { bytesDownloaded: 10, layersDownloaded: 1 }),
                    at('large', 'pull.progress', { bytesCurrent: 30, bytesTotal: 120, percent: 25 }),
                    at('present', 'pull.skipped', {}),
                    at('large', 'pull.progress', { bytesCurrent: 120, bytesTotal: 120, percent: 80 }),
                    at('other', 'pull.queued', {}),
                  ].join(', ');
                })""");
        assertThat(percents).isEqualTo("50 10/null, 50 40/130, 50 40/130, 99.9 130/130, 99.9 130/null");
    }
}
