// SPDX-License-Identifier: Apache-2.0
// The fleet: a table of all workers, and the page of one.

import { $, attribute, badge, bar, cloned, put, Rows, show, since } from './dom.js';
import * as f from './format.js';
import { labelsOf, pullsOn, sortedWorkers, workerMatches, workerState } from './select.js';
import { VirtualRows } from './virtual.js';
import { TONES } from './jobs.js';

const LITTLE_SPACE = 5e9;
const PULLS_SHOWN = 100;

const engineText = ({ engine, live }) =>
  engine ? f.join(`${engine.kind} ${engine.version}`, `${engine.os}/${engine.arch}`) : live ? 'has not answered yet' : '';

function drawLabels(node, worker) {
  const labels = labelsOf(worker);
  const text = labels.join('\n');
  if (node.dataset.labels === text) return;
  node.dataset.labels = text;
  node.title = labels.join(', ');
  node.replaceChildren(...labels.map((label) => Object.assign(document.createElement('span'), { textContent: label })));
}

function drawSpace(node, { engine }) {
  const free = engine?.freeBytes;
  put(node, free == null ? '–' : `${f.bytes(free)} free`);
  attribute(node, 'data-low', free != null && free < LITTLE_SPACE);
}

/** Those who may see only some projects are not told how busy a worker is. */
const loadText = (worker) =>
  worker.live && worker.pullsRunning != null ? `${worker.pullsRunning} running${worker.pullsQueued ? `, ${worker.pullsQueued} queued` : ''}` : '–';

export class FleetPage {
  constructor() {
    this.table = new VirtualRows($('workers'), $('workers-body'), () => cloned($('t-worker')), (row, worker) => this.drawRow(row, worker));
  }

  render(state, ui, query, now) {
    this.now = now;
    const stamp = `${state.fleet}/${ui.query}/${query.length ? Math.floor(now / 1000) : ''}`;
    if (this.stamp !== stamp) {
      this.stamp = stamp;
      this.names = sortedWorkers([...state.workers.values()].filter((worker) => workerMatches(query, worker))).map((w) => w.worker);
    }
    show($('no-workers'), !!state.time && !state.workers.size);
    show($('no-worker-match'), state.workers.size > 0 && !this.names.length);
    show($('workers'), this.names.length > 0);
    attribute($('workers'), 'aria-rowcount', this.names.length + 1);
    this.workers = state.workers;
    this.table.show(this.names, (name) => name);
  }

  drawRow(row, name) {
    const worker = this.workers.get(name);
    const minute = Math.floor(this.now / 5000);
    if (!worker || (row.worker === worker && row.minute === minute)) return;
    Object.assign(row, { worker, minute });
    put(row.name, name);
    row.name.title = name;
    row.name.href = `#/workers/${encodeURIComponent(name)}`;
    badge(row.badge, workerState(worker));
    put(row.engine, engineText(worker) || '–');
    row.engine.title = row.engine.textContent;
    drawLabels(row.labels, worker);
    drawSpace(row.space, worker);
    put(row.load, loadText(worker));
    since(row.heard, worker.time, this.now);
  }
}

export class WorkerPage {
  constructor() {
    this.pulls = new Rows($('worker-pulls'), 't-worker-pull', (row, pull) => this.drawPull(row, pull));
  }

  render(state, ui, query, now) {
    this.now = now;
    const worker = state.workers.get(ui.worker);
    show($('worker-missing'), !worker && !!state.time);
    show($('worker-facts'), !!worker);
    put($('worker-title'), ui.worker);
    show($('worker-badge'), !!worker);
    if (worker) this.drawFacts(worker);
    const pulls = pullsOn(state, ui.worker, query);
    show($('worker-no-pulls'), !pulls.length);
    put($('worker-more'), pulls.length > PULLS_SHOWN ? `and ${f.count(pulls.length - PULLS_SHOWN)} more` : '');
    const key = (pull) => `${pull.job}\n${pull.pull}`;
    this.pulls.show(pulls.slice(0, PULLS_SHOWN), key, (pull) =>
      pull.state === 'retrying' ? `${pull.version}/${Math.floor(now / 1000)}` : pull.version);
  }

  drawFacts(worker) {
    badge($('worker-badge'), workerState(worker));
    const { engine } = worker;
    put($('worker-engine'), f.join(engineText(worker), engine ? `API ${engine.apiVersion}` : ''));
    put($('worker-storage'), f.join(engine?.storageDriver, engine?.dataRoot) || '–');
    drawSpace($('worker-space'), worker);
    put($('worker-load'), loadText(worker));
    drawLabels($('worker-labels'), worker);
    if (!labelsOf(worker).length) put($('worker-labels'), 'none');
    put($('worker-version'), worker.version ?? '');
    since($('worker-started'), worker.startedAt, this.now);
    since($('worker-heard'), worker.time, this.now);
  }

  drawPull(row, pull) {
    const text = f.pullText(pull, this.now);
    put(row.link, pull.image);
    row.link.href = `#/jobs/${encodeURIComponent(pull.job)}?worker=${encodeURIComponent(pull.worker)}&pull=${encodeURIComponent(pull.pull)}`;
    badge(row.badge, pull.state);
    bar(row.bar, { percent: pull.percent, label: pull.image, tone: TONES[pull.state] ?? 'active', text: f.join(pull.state, text) });
    put(row.text, f.join(text, pull.state === 'failed' ? pull.hint : ''));
  }
}
