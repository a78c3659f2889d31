// SPDX-License-Identifier: Apache-2.0
// State in, page out. Data reaches the page as text only, never as markup. A row is touched when what it shows changed.

import { isOpen, isTerminal, summary } from './state.js';
import * as f from './format.js';

const PAGE = 50;
const FAILURES_ON_CARD = 2;
const WORKERS_NAMED = 3;

export const $ = (id) => document.getElementById(id);

const put = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};
const show = (node, visible) => {
  if (node.hidden === visible) node.hidden = !visible;
};
const stretch = (fill, percent) => (fill.style.transform = `scaleX(${(percent / 100).toFixed(4)})`);

/** A list of rows made from a template, kept in the order of its items; rows stay where their keys stay. */
class Rows {
  constructor(parent, template, draw) {
    Object.assign(this, { parent, template: $(template), draw, rows: new Map() });
  }

  /** @param stampOf what a row shows, as one comparable value; an equal stamp leaves the row alone */
  show(items, keyOf, stampOf) {
    const before = this.rows;
    this.rows = new Map();
    let next = this.parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      const row = before.get(key) ?? this.make();
      before.delete(key);
      this.rows.set(key, row);
      if (row.node === next) next = next.nextElementSibling;
      else this.parent.insertBefore(row.node, next);
      const stamp = stampOf(item);
      if (row.stamp === stamp) continue;
      row.stamp = stamp;
      this.draw(row, item);
    }
    for (const gone of before.values()) gone.node.remove();
  }

  make() {
    const node = this.template.content.firstElementChild.cloneNode(true);
    const row = { node };
    for (const part of node.querySelectorAll('[data-f]')) row[part.dataset.f] = part;
    return row;
  }
}

function badge(node, state) {
  put(node, state);
  node.dataset.state = state;
}

function bar(node, { percent, label, tone, text }) {
  node.setAttribute('aria-valuenow', Math.floor(percent));
  node.setAttribute('aria-valuetext', text);
  if (label) node.setAttribute('aria-label', label);
  node.dataset.tone = tone;
  stretch(node.firstElementChild, percent);
}

const jobState = (job) => (job.state === 'completed' ? job.result : job.state);

function jobTitle(job) {
  const names = job.images.map((image) => image.image);
  const more = names.length > 1 ? ` and ${names.length - 1} more` : '';
  return names.length ? names[0] + more : `Job ${job.id}`;
}

function jobCounts(job, sum) {
  const part = (count, word) => (count ? `${count} ${word}` : '');
  return f.join(
    sum.total ? `${sum.done} of ${sum.total} there` : job.state === 'pending' ? 'waiting for the coordinator' : '',
    part(sum.failed, 'failed'), part(sum.retrying, 'retrying'), part(sum.cancelled, 'cancelled'),
    isOpen(job) ? [part(sum.running, 'running'), part(sum.queued + sum.pending, 'waiting')] : [],
    f.pace(sum.speed, sum.eta),
  );
}

function jobFacts(job, sum, now) {
  const end = job.completedAt ? Date.parse(job.completedAt) : now;
  const took = job.createdAt && job.state !== 'pending' && job.state !== 'rejected' ? f.duration(Math.max(0, end - Date.parse(job.createdAt)) / 1000) : '';
  return f.join(
    job.createdAt ? f.ago(job.createdAt, now) : '',
    took && (isOpen(job) ? `running for ${took}` : `took ${took}`),
    job.workers.length ? f.plural(job.workers.length, 'worker') : '',
    sum.bytes ? f.bytes(sum.bytes) : '',
    job.project ? `project ${job.project}` : '',
    Object.entries(job.labels).map(([key, value]) => `${key}=${value}`),
  );
}

function jobBar(node, job, sum) {
  const text = `${Math.floor(sum.percent)} percent, ${jobCounts(job, sum) || jobState(job)}`;
  bar(node, { percent: sum.percent, label: jobTitle(job), tone: isOpen(job) ? 'active' : 'good', text });
  stretch(node.lastElementChild, sum.lost);
  show(node, job.state !== 'rejected');
}

const keyOf = (pull) => `${pull.job}\n${pull.worker}\n${pull.pull}`;

/** What went wrong: failed pulls, those alike on many workers as one, or each reason for a rejection. */
function problems(job) {
  const found = new Map(job.reasons.map((message) => [message, { key: message, version: 0, reason: 'rejected', message }]));
  for (const { state, version, image, worker, reason, message, hint } of job.pulls.values()) {
    if (state !== 'failed') continue;
    const key = `${job.id}\n${image}\n${reason}\n${message}`;
    const problem = found.get(key) ?? { key, version, image, reason, message, hint, workers: [] };
    problem.version = Math.max(problem.version, version);
    problem.workers.push(worker);
    found.set(key, problem);
  }
  return [...found.values()];
}

function placeOf({ image, workers }) {
  const more = workers.length - WORKERS_NAMED;
  return `${image} on ${workers.slice(0, WORKERS_NAMED).join(', ')}${more > 0 ? ` and ${f.plural(more, 'more worker')}` : ''}`;
}

const has = (query, ...words) => query.every((token) => words.some((word) => word?.toLowerCase().includes(token)));

function jobMatches(query, job) {
  if (!query.length) return true;
  const fixed = [job.id, jobState(job), job.project, ...job.workers, ...Object.entries(job.labels).map((l) => l.join('='))];
  const moving = [...job.pulls.values()].flatMap((pull) => [pull.reason, pull.worker]);
  return has(query, ...fixed, ...job.images.flatMap((image) => [image.image, image.reference]), ...moving);
}

const workerState = (worker) => (worker.live ? worker.state : 'gone');

function workerWords({ worker, labels = {}, engine, version }) {
  return [worker, ...Object.entries(labels).map((label) => label.join('=')), engine?.kind, engine?.version, version];
}

function drawProblem(row, problem) {
  const { reason, message, hint } = problem;
  put(row.reason, reason ?? 'failed');
  put(row.where, problem.workers ? placeOf(problem) : '');
  put(row.message, message ?? '');
  put(row.hint, hint ?? '');
}

function drawWorker(row, worker) {
  const { engine, labels = {} } = worker;
  put(row.name, worker.worker);
  badge(row.badge, workerState(worker));
  const silent = worker.live ? 'its engine has not answered yet' : '';
  put(row.engine, engine ? f.join(`${engine.kind} ${engine.version}`, `${engine.os}/${engine.arch}`) : silent);
  const free = engine?.freeBytes == null ? '' : `${f.bytes(engine.freeBytes)} free`;
  const load = f.join(free, `${worker.pullsRunning} running`, worker.pullsQueued ? `${worker.pullsQueued} queued` : '');
  put(row.load, worker.live ? load : `last heard of ${new Date(worker.time).toLocaleString()}`);
  row.labels.replaceChildren(...Object.entries(labels).map(([key, value]) => {
    const tag = document.createElement('span');
    tag.textContent = `${key}=${value}`;
    return tag;
  }));
}

function drawEntry(row, { type, data }) {
  put(row.time, f.clock(data.time));
  row.time.dateTime = data.time;
  put(row.where, f.join(data.worker, data.image));
  put(row.text, f.eventText(type, data));
}

function drawLayer(row, layer) {
  const { phase, current, total } = layer;
  const share = total && current != null ? Math.min(100, (100 * current) / total) : 0;
  const final = phase === 'complete' || phase === 'cached';
  const arrived = final || phase === 'verifying' || phase === 'downloaded' || phase === 'extracting';
  const percent = arrived ? 100 : phase === 'downloading' ? share : 0;
  const unpacked = final ? 100 : phase === 'extracting' ? share : 0;
  const text = f.layerText(layer);
  put(row.name, layer.layer);
  put(row.phase, phase);
  put(row.text, text);
  bar(row.bar, { percent, label: `Layer ${layer.layer}`, tone: phase === 'cached' ? 'quiet' : 'active', text: f.join(phase, text) });
  row.bar.setAttribute('aria-valuenow', Math.floor((percent + unpacked) / 2)); // two ways over the bar, one number
  stretch(row.bar.lastElementChild, unpacked);
}

const TONES = { succeeded: 'good', skipped: 'quiet', failed: 'bad', cancelled: 'quiet', retrying: 'warn' };

/** The whole page. `ui` says what is looked at: query, job, opened rows, how much of long lists. */
export class View {
  constructor(ui) {
    this.ui = ui;
    this.jobs = new Rows($('jobs'), 't-job', (row, job) => this.drawJob(row, job));
    this.workers = new Rows($('workers'), 't-worker', drawWorker);
    this.failures = new Rows($('failures'), 't-failure', drawProblem);
    this.groups = new Rows($('groups'), 't-group', (row, group) => this.drawGroup(row, group));
    this.log = new Rows($('log'), 't-entry', drawEntry);
    const base = new URL('.', location.href).href.replace(/\/$/, '');
    $('hint-curl').textContent = `curl ${base}/v1/pulls -H 'Content-Type: application/json' \\\n  -d '{"images":["alpine:3.20"]}'`;
    $('hint-cli').textContent = `pullcast pull --gateway ${base} alpine:3.20`;
  }

  render(state, now) {
    this.now = now;
    this.query = this.ui.query.toLowerCase().split(/\s+/).filter(Boolean);
    this.drawTotals(state);
    show($('overview'), !this.ui.job);
    show($('job'), !!this.ui.job);
    if (this.ui.job) this.renderJob(state);
    else this.renderOverview(state);
  }

  drawTotals(state) {
    if (!state.time) return;
    const workers = [...state.workers.values()];
    const open = [...state.jobs.values()].filter(isOpen);
    const sums = open.map(summary);
    put($('total-workers'), `${workers.filter((w) => workerState(w) === 'ready').length} / ${workers.length}`);
    put($('total-jobs'), String(open.length));
    put($('total-pulls'), String(sums.reduce((all, sum) => all + sum.running, 0)));
    put($('total-speed'), `${f.bytes(sums.reduce((all, sum) => all + sum.speed, 0))}/s`);
    put(document.querySelector('title'), open.length ? `(${open.length}) Pullcast` : 'Pullcast');
  }

  renderOverview(state) {
    const jobs = [...state.jobs.values()].reverse().filter((job) => jobMatches(this.query, job));
    const workers = [...state.workers.values()]
      .filter((worker) => !this.query.length || has(this.query, workerState(worker), ...workerWords(worker)))
      .sort((a, b) => (a.worker < b.worker ? -1 : 1));
    const page = jobs.slice(0, this.ui.jobsShown);
    this.jobs.show(page, (job) => job.id, (job) => this.stamp(job.version, isOpen(job)));
    this.workers.show(workers, (worker) => worker.worker, (worker) => worker);
    show($('more-jobs'), jobs.length > page.length);
    show($('no-jobs'), !!state.time && !state.jobs.size);
    show($('no-match'), !!state.jobs.size && !jobs.length);
    show($('no-workers'), !!state.time && !state.workers.size);
  }

  /** Texts with a running clock are drawn again each second, "3 min ago" each minute. */
  stamp(version, ticking) {
    return `${version}/${Math.floor(this.now / (ticking ? 1000 : 60_000))}`;
  }

  drawJob(row, job) {
    const sum = summary(job);
    put(row.link, jobTitle(job));
    row.link.href = `#/jobs/${encodeURIComponent(job.id)}`;
    badge(row.badge, jobState(job));
    jobBar(row.bar, job, sum);
    put(row.text, jobCounts(job, sum));
    put(row.facts, jobFacts(job, sum, this.now));
    row.list ??= new Rows(row.failures, 't-failure', drawProblem);
    const all = problems(job);
    row.list.show(all.slice(0, FAILURES_ON_CARD), (problem) => problem.key, (problem) => problem.version);
    put(row.facts, f.join(all.length > FAILURES_ON_CARD ? `${all.length} kinds of failure, open the job to see all` : '', row.facts.textContent));
  }

  renderJob(state) {
    const job = state.jobs.get(this.ui.job);
    show($('job-missing'), !job && !!state.time);
    show($('job-body'), !!job);
    if (!job) return;
    const sum = summary(job);
    const stamp = `${this.stamp(job.version, isOpen(job))}/${this.ui.cancelling.has(job.id)}`;
    if (this.jobStamp !== stamp) this.drawJobHead(job, sum);
    this.jobStamp = stamp;
    const all = problems(job);
    this.failures.show(all.slice(0, PAGE), (problem) => problem.key, (problem) => problem.version);
    show($('job-failures'), all.length > 0);
    show($('more-failures'), all.length > PAGE);
    put($('more-failures'), `and ${all.length - PAGE} more below`);
    this.renderGroups(job);
    if ($('log-box').open) this.log.show([...job.log].reverse(), (entry) => `${job.id}/${entry.n}`, () => 0);
  }

  drawJobHead(job, sum) {
    put($('job-title'), jobTitle(job));
    badge($('job-badge'), jobState(job));
    put($('job-facts'), f.join(job.id, jobFacts(job, sum, this.now)));
    jobBar($('job-bar'), job, sum);
    put($('job-text'), jobCounts(job, sum));
    const cancelling = this.ui.cancelling.has(job.id);
    show($('cancel'), isOpen(job));
    put($('cancel'), cancelling ? 'Cancelling' : 'Cancel job');
    $('cancel').disabled = cancelling;
    show($('job-message'), !!job.message);
    put($('job-message'), job.message ?? '');
  }

  /** One group of rows per worker; a long list is drawn as far as asked for. */
  renderGroups(job) {
    const groups = new Map();
    for (const pull of job.pulls.values()) {
      if (!has(this.query, pull.image, pull.reference, pull.worker, pull.state, pull.reason)) continue;
      const group = groups.get(pull.worker) ?? { worker: pull.worker, job: job.id, pulls: [], version: 0, open: false };
      groups.set(pull.worker, group);
      group.pulls.push(pull);
      group.version = Math.max(group.version, pull.version);
      group.open ||= pull.state === 'retrying';
    }
    const sorted = [...groups.values()].sort((a, b) => (a.worker < b.worker ? -1 : 1));
    const page = sorted.slice(0, this.ui.groupsShown);
    const opened = this.ui.openedAt; // opening a row redraws its group
    this.groups.show(page, (group) => `${job.id}\n${group.worker}`, (group) =>
      `${this.stamp(group.version, group.open)}/${group.pulls.length}/${opened}`);
    show($('more-groups'), sorted.length > page.length);
    show($('no-pull-match'), this.query.length > 0 && job.pulls.size > 0 && !sorted.length);
  }

  drawGroup(row, { worker, pulls }) {
    put(row.name, worker);
    put(row.count, `${pulls.filter((pull) => pull.state === 'succeeded' || pull.state === 'skipped').length} of ${pulls.length}`);
    row.node.style.containIntrinsicSize = `auto ${3 + 3.6 * pulls.length}rem`; // near enough while out of sight
    row.list ??= new Rows(row.pulls, 't-pull', (pullRow, pull) => this.drawPull(pullRow, pull));
    row.list.show(pulls, keyOf, (pull) =>
      `${this.stamp(pull.version, pull.state === 'retrying')}/${this.ui.opened.has(keyOf(pull))}`);
  }

  drawPull(row, pull) {
    const key = keyOf(pull);
    const opened = this.ui.opened.has(key);
    const text = f.pullText(pull, this.now);
    const percent = `${Math.floor(pull.percent)} %`;
    put(row.toggle, f.join(pull.image, pull.platform));
    row.toggle.setAttribute('aria-expanded', opened);
    row.toggle.dataset.key = key;
    row.node.dataset.state = pull.state;
    badge(row.badge, pull.state);
    bar(row.bar, { percent: pull.percent, label: `${pull.image} on ${pull.worker}`, tone: TONES[pull.state] ?? 'active', text: f.join(pull.state, percent, text) });
    put(row.percent, percent);
    put(row.text, text);
    show(row.detail, opened);
    if (!opened) return;
    const attempt = pull.attempt > 1 ? `attempt ${pull.attempt}` : '';
    put(row.facts, f.join(pull.reference, attempt, pull.digest, isTerminal(pull) || pull.layers.size ? '' : 'no layer yet'));
    row.list ??= new Rows(row.layers, 't-layer', drawLayer);
    row.list.show([...pull.layers.values()], (layer) => layer.layer, (layer) => layer);
  }
}
