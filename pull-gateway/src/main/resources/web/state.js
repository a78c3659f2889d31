// SPDX-License-Identifier: Apache-2.0
// Snapshot and events in, state out: the same sums as the gateway's FleetView. No DOM, no clock, no network.
// Each change gives its job and pull a new `version`, so that the view redraws only what is not yet drawn. A job's
// `shape` changes when a pull comes or changes state: then lists are sorted and counted again.

import { eventText } from './format.js';
import { blank, change, find, isTerminal, lose, ofView } from './pulls.js';

const LOG_LIMIT = 300; // entries per job
const FINISHED_LIMIT = 500; // jobs; those that go on are all kept, as the gateway keeps them

let changes = 0;
const nextVersion = () => ++changes;

/** Every SSE event that changes the state. */
export const STATE_EVENTS = [
  'snapshot', 'worker', 'job.accepted', 'job.rejected', 'job.completed', 'layer', 'pull.queued', 'pull.started',
  'pull.progress', 'pull.retrying', 'pull.succeeded', 'pull.skipped', 'pull.failed', 'pull.cancelled',
];

/** Nothing known yet; `time` is null until the first snapshot. Jobs in the map are oldest first. */
export const emptyState = () => ({ time: null, jobs: new Map(), workers: new Map(), fleet: 0 });

export const isOpen = (job) => job.state === 'pending' || job.state === 'running' || job.state === 'paused';

/** Adds one event to the state. */
export function apply(state, type, data) {
  if (type === 'snapshot') load(state, data);
  else if (type === 'worker') applyToWorker(state, data);
  else if (type.startsWith('job.')) applyToJob(state, type, data);
  else if (data.job && data.worker && data.pull) applyToPull(state, type, data);
}

/** A job as the gateway answers a request with; what events already said about it is newer. */
export function addPending(state, view) {
  if (view?.id && !state.jobs.has(view.id)) put(state, jobOf(view));
}

/** Calls `visit` with each pull of a job. */
export function eachPull(job, visit) {
  for (const pulls of job.rows.values()) for (const pull of pulls.values()) visit(pull);
}

/** A pull of a job, or undefined. */
export const pullOf = (job, worker, pull) => job.rows.get(worker)?.get(pull);

function load(state, snapshot) {
  const before = state.jobs;
  state.time = snapshot.time;
  state.jobs = new Map();
  state.workers = new Map((snapshot.workers ?? []).map((worker) => [worker.worker, worker]));
  state.fleet = nextVersion();
  for (const view of [...(snapshot.jobs ?? [])].reverse()) {
    const job = jobOf(view);
    job.log = before.get(job.id)?.log ?? job.log; // snapshots carry no log
    put(state, job);
  }
}

function put(state, job) {
  state.jobs.set(job.id, job);
  if (state.jobs.size <= FINISHED_LIMIT) return;
  for (const [id, other] of state.jobs) {
    if (isOpen(other) || other === job) continue;
    state.jobs.delete(id);
    return;
  }
}

/** `rows`: worker → pull → where it is. `columns`: pull → which image that is. */
function jobOf(view) {
  const version = nextVersion();
  const job = {
    state: 'pending', labels: {}, images: [], workers: [], reasons: [], createdAt: null, ...view,
    rows: new Map(), columns: new Map(), log: [], version, shape: version, reached: view.percent ?? 0,
  };
  delete job.pulls;
  for (const worker of job.workers) job.rows.set(worker, new Map());
  for (const image of job.images) if (image.pull) job.columns.set(image.pull, image);
  for (const pull of view.pulls ?? []) add(job, ofView(pull));
  return job;
}

function add(job, pull) {
  let row = job.rows.get(pull.worker);
  if (!row) job.rows.set(pull.worker, (row = new Map()));
  row.set(pull.pull, pull);
  if (!job.columns.has(pull.pull)) job.columns.set(pull.pull, pull);
  return pull;
}

function jobFor(state, data) {
  let job = state.jobs.get(data.job);
  if (!job) put(state, (job = jobOf({ id: data.job, project: data.project, createdAt: data.time })));
  return job;
}

function applyToWorker(state, data) {
  const known = state.workers.get(data.worker);
  state.workers.set(data.worker, data);
  if (known?.live !== data.live || known.state !== data.state) state.fleet = nextVersion();
  if (known?.live !== data.live) tellPulls(state, data);
}

/** What has not ended on a worker that is not heard of is lost until it is heard of again. */
function tellPulls(state, { worker, live }) {
  for (const job of state.jobs.values()) {
    if (!isOpen(job)) continue;
    for (const pull of job.rows.get(worker)?.values() ?? []) {
      if (live ? find(pull) : lose(pull)) pull.version = job.version = job.shape = nextVersion();
    }
  }
}

function applyToJob(state, type, data) {
  if (data.conflict) return; // an earlier job has the id by right and goes on
  const job = jobFor(state, data);
  if (type === 'job.accepted') accept(job, data);
  else if (isOpen(job)) end(job, type, data); // the first end counts, repeats do not
  record(job, type, data);
  job.version = job.shape = nextVersion();
}

function accept(job, { pulls = [], workers = [], project, labels = {}, deadline, paused }) {
  Object.assign(job, { images: pulls, workers, project, labels, deadline });
  if (isOpen(job)) job.state = paused ? 'paused' : 'running';
  for (const image of pulls) job.columns.set(image.pull, image);
  for (const worker of workers) {
    for (const image of pulls) {
      if (!pullOf(job, worker, image.pull)) add(job, blank({ job: job.id, worker, ...image }));
    }
  }
}

function end(job, type, data) {
  const { result, message, succeeded, skipped, failed, cancelled, reasons = [] } = data;
  if (type === 'job.completed') Object.assign(job, { state: 'completed', result, message, succeeded, skipped, failed, cancelled });
  else Object.assign(job, { state: 'rejected', reasons });
  job.completedAt = data.time;
}

function applyToPull(state, type, data) {
  const job = jobFor(state, data);
  const known = pullOf(job, data.worker, data.pull);
  const pull = known ?? add(job, blank(data));
  const repeated = pull.incarnation === data.incarnation && data.seq <= pull.seq;
  if (isTerminal(pull) || repeated) return;
  if (job.state === 'pending') job.state = 'running';
  const { state: before } = pull;
  const phase = pull.layers.get(data.layer)?.phase;
  change(pull, type, data);
  if (type !== 'pull.progress' && !(type === 'layer' && phase === data.phase)) record(job, type, data);
  pull.version = job.version = nextVersion();
  if (!known || pull.state !== before) job.shape = job.version;
}

/** An event as a line, so that long logs hold no whole events. */
export const entryOf = (type, data) => ({
  id: data.id, n: nextVersion(), at: Date.parse(data.time), time: data.time, type, worker: data.worker, image: data.image,
  text: eventText(type, data),
});

export function record(job, type, data) {
  job.log.push(entryOf(type, data));
  if (job.log.length > LOG_LIMIT) job.log.shift();
}
