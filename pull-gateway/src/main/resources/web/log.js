// SPDX-License-Identifier: Apache-2.0
// The events of one job from its start, read while somebody looks at them.

import { entryOf } from './state.js';

const LIMIT = 2000; // entries
const LAYERS_UP_TO = 100; // pulls; in larger jobs the layers' steps would drown the rest
const SLACK_MILLIS = 60_000; // clocks of machines differ
const STEPS = [
  'job.accepted', 'job.rejected', 'job.completed', 'pull.queued', 'pull.started', 'pull.retrying', 'pull.succeeded',
  'pull.skipped', 'pull.failed', 'pull.cancelled',
];

export class JobLog {
  /** @param changed is told when there is something new to draw */
  constructor(changed) {
    this.changed = changed;
    this.stop();
  }

  /** Reads this job; does nothing if it does so already. */
  follow(job) {
    if (this.job === job.id) return;
    this.stop();
    this.job = job.id;
    const types = job.rows.size * job.columns.size > LAYERS_UP_TO ? STEPS : [...STEPS, 'layer'];
    const began = Date.parse(job.createdAt ?? '');
    const asked = new URLSearchParams({ type: types, since: began ? new Date(began - SLACK_MILLIS).toISOString() : '1d' });
    this.source = new EventSource(`v1/pulls/${encodeURIComponent(job.id)}/events?${asked}`);
    for (const type of types) this.source.addEventListener(type, ({ data }) => this.take(type, JSON.parse(data)));
  }

  stop() {
    this.source?.close();
    Object.assign(this, { job: null, source: null, entries: new Map(), phases: new Map() });
  }

  take(type, data) {
    if (this.entries.has(data.id) || (type === 'layer' && !this.isStep(data))) return;
    this.entries.set(data.id, entryOf(type, data));
    if (this.entries.size > LIMIT) this.entries.delete(this.entries.keys().next().value);
    this.changed();
  }

  /** Bytes alone are no step. */
  isStep({ worker, pull, attempt, layer, phase }) {
    const key = `${worker}\n${pull}\n${attempt}\n${layer}`;
    if (this.phases.get(key) === phase) return false;
    this.phases.set(key, phase);
    return true;
  }

  /** All that is known of the job, the newest first: what was read here, and what this page has seen itself. */
  lines(job) {
    const own = this.job === job.id ? this.entries : new Map();
    const all = [...own.values(), ...job.log.filter((entry) => !own.has(entry.id))];
    return all.sort((a, b) => b.at - a.at || b.n - a.n);
  }
}
