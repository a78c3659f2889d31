// SPDX-License-Identifier: Apache-2.0
// Snapshot and events in, state out: the same sums as the gateway's FleetView. No DOM, no clock, no network.
// Each change gives its job and pull a new `version`, so that the view redraws only what is not yet drawn.

const LOG_LIMIT = 300; // entries per job
const JOB_LIMIT = 500; // finished jobs go first
const TERMINAL = new Set(['succeeded', 'skipped', 'failed', 'cancelled']);
const COUNTED = ['failed', 'cancelled', 'succeeded', 'skipped', 'running', 'retrying', 'queued', 'pending'];

let changes = 0;
const nextVersion = () => ++changes;

/** Every SSE event that changes the state. */
export const STATE_EVENTS = [
  'snapshot', 'worker', 'job.accepted', 'job.rejected', 'job.completed', 'layer', 'pull.queued', 'pull.started',
  'pull.progress', 'pull.retrying', 'pull.succeeded', 'pull.skipped', 'pull.failed', 'pull.cancelled',
];

/** Nothing known yet; `time` is null until the first snapshot. */
export const emptyState = () => ({ time: null, jobs: new Map(), workers: new Map() });

export const isTerminal = (pull) => TERMINAL.has(pull.state);

export const isOpen = (job) => job.state === 'pending' || job.state === 'running';

/** Adds one event to the state. */
export function apply(state, type, data) {
  if (type === 'snapshot') load(state, data);
  else if (type === 'worker') state.workers.set(data.worker, data);
  else if (type.startsWith('job.')) applyToJob(state, type, data);
  else if (data.job && data.worker && data.pull) applyToPull(state, type, data);
}

/** A job as the gateway answers a request with; what events already said about it is newer. */
export function addPending(state, view) {
  if (view?.id && !state.jobs.has(view.id)) put(state, jobOf(view));
}

/** Counts, bytes and percent over all pulls of a job; counted once per version. */
export function summary(job) {
  if (job.sum?.version === job.version) return job.sum;
  const sum = { version: job.version, total: 0, percent: 0, lost: 0, speed: 0, eta: null, bytes: 0 };
  for (const state of COUNTED) sum[state] = 0;
  for (const pull of job.pulls.values()) {
    sum.total++;
    sum[pull.state]++;
    sum.bytes += pull.bytesCurrent;
    if (pull.state === 'failed' || pull.state === 'cancelled') sum.lost++;
    else sum.percent += pull.percent;
    if (pull.state !== 'running') continue;
    sum.speed += pull.bytesPerSecond ?? 0;
    if (pull.etaSeconds != null) sum.eta = Math.max(sum.eta ?? 0, pull.etaSeconds);
  }
  if (sum.total === 0) { // a view without its pulls still has their counts
    for (const state of ['failed', 'cancelled', 'succeeded', 'skipped']) sum.total += sum[state] = job[state] ?? 0;
    sum.lost = sum.failed + sum.cancelled;
    sum.percent = job.percent ?? 0;
  } else {
    sum.percent /= sum.total;
  }
  sum.done = sum.succeeded + sum.skipped;
  sum.lost = sum.total ? (100 * sum.lost) / sum.total : 0;
  return (job.sum = sum);
}

function load(state, snapshot) {
  const before = state.jobs;
  state.time = snapshot.time;
  state.jobs = new Map();
  state.workers = new Map((snapshot.workers ?? []).map((worker) => [worker.worker, worker]));
  for (const view of [...(snapshot.jobs ?? [])].reverse()) {
    const job = jobOf(view);
    const known = before.get(job.id); // snapshots carry no log
    if (known) Object.assign(job, { log: known.log, logged: known.logged });
    put(state, job);
  }
}

/** Jobs in the map are oldest first. */
function put(state, job) {
  state.jobs.set(job.id, job);
  if (state.jobs.size <= JOB_LIMIT) return;
  const oldest = [...state.jobs.values()].find((other) => !isOpen(other)) ?? state.jobs.values().next().value;
  state.jobs.delete(oldest.id);
}

function jobOf(view) {
  const job = {
    state: 'pending', labels: {}, images: [], workers: [], reasons: [], createdAt: null, ...view,
    pulls: new Map(), log: [], logged: 0, version: nextVersion(),
  };
  for (const pull of view.pulls ?? []) {
    const layers = new Map((pull.layers ?? []).map((layer) => [layer.layer, { ...layer }]));
    job.pulls.set(keyOf(pull), { ...blank(pull), ...pull, layers });
  }
  return job;
}

const keyOf = (origin) => `${origin.worker}\n${origin.pull}`;

const blank = ({ job, worker, pull, image, reference, platform }) => ({
  job, worker, pull, image, reference, platform, state: 'pending', attempt: 0, percent: 0, bytesCurrent: 0,
  layersDone: 0, layersTotal: 0, layers: new Map(), version: nextVersion(),
});

function jobFor(state, data) {
  let job = state.jobs.get(data.job);
  if (!job) put(state, (job = jobOf({ id: data.job, project: data.project, createdAt: data.time })));
  return job;
}

function applyToJob(state, type, data) {
  const job = jobFor(state, data);
  if (type === 'job.accepted') {
    job.images = data.pulls ?? [];
    job.workers = data.workers ?? [];
    Object.assign(job, { project: data.project, labels: data.labels ?? {}, deadline: data.deadline });
    if (job.state === 'pending') job.state = 'running';
    for (const worker of job.workers) {
      for (const image of job.images) {
        const pull = blank({ job: job.id, worker, ...image });
        if (!job.pulls.has(keyOf(pull))) job.pulls.set(keyOf(pull), pull);
      }
    }
  } else if (isOpen(job)) { // the first end counts, repeats do not
    const { result, message, succeeded, skipped, failed, cancelled } = data;
    if (type === 'job.completed') {
      Object.assign(job, { state: 'completed', result, message, succeeded, skipped, failed, cancelled });
    } else {
      Object.assign(job, { state: 'rejected', reasons: data.reasons ?? [] });
    }
    job.completedAt = data.time;
  }
  record(job, type, data);
  job.version = nextVersion();
}

function applyToPull(state, type, data) {
  const job = jobFor(state, data);
  const key = keyOf(data);
  let pull = job.pulls.get(key);
  if (!pull) job.pulls.set(key, (pull = blank(data)));
  const repeated = pull.incarnation === data.incarnation && data.seq <= pull.seq;
  if (isTerminal(pull) || repeated) return;
  if (job.state === 'pending') job.state = 'running';
  const phase = pull.layers.get(data.layer)?.phase;
  Object.assign(pull, { incarnation: data.incarnation, seq: data.seq, updatedAt: data.time });
  if (data.attempt > pull.attempt) {
    pull.attempt = data.attempt;
    pull.layers = new Map(); // a new attempt announces its layers again
  }
  change(pull, type, data);
  if (type !== 'pull.progress' && !(type === 'layer' && phase === data.phase)) record(job, type, data);
  pull.version = job.version = nextVersion();
}

function change(pull, type, data) {
  switch (type) {
    case 'pull.queued':
      pull.state = 'queued';
      break;
    case 'pull.started':
      Object.assign(pull, { state: 'running', reason: null, message: null });
      break;
    case 'layer':
      pull.state = 'running';
      pull.layers.set(data.layer, layerOf(pull.layers.get(data.layer), data));
      break;
    case 'pull.progress': {
      const { bytesCurrent, bytesTotal, layersDone, layersTotal, bytesPerSecond, etaSeconds } = data;
      Object.assign(pull, { bytesCurrent, bytesTotal, layersDone, layersTotal, bytesPerSecond, etaSeconds });
      pull.percent = Math.max(pull.percent, data.percent);
      pull.state = 'running';
      break;
    }
    case 'pull.retrying': {
      const { reason, message, notBefore } = data;
      Object.assign(pull, { state: 'retrying', reason, message, notBefore });
      break;
    }
    case 'pull.succeeded':
      Object.assign(pull, { state: 'succeeded', percent: 100, digest: data.digest, reason: null, message: null });
      pull.bytesCurrent = data.bytesDownloaded ?? pull.bytesCurrent;
      pull.millis = (data.downloadMillis ?? 0) + (data.extractMillis ?? 0);
      break;
    case 'pull.skipped':
      Object.assign(pull, { state: 'skipped', percent: 100, digest: data.digest });
      break;
    case 'pull.failed': {
      const { reason, message, hint } = data;
      Object.assign(pull, { state: 'failed', reason, message, hint });
      break;
    }
    case 'pull.cancelled':
      Object.assign(pull, { state: 'cancelled', message: data.message });
      break;
  }
  if (pull.state !== 'running') Object.assign(pull, { bytesPerSecond: null, etaSeconds: null });
}

/** A layer with its speed, smoothed over the times that the events carry. */
function layerOf(before, { layer, phase, current, total, seconds, time }) {
  const now = { layer, phase, current, total: total ?? before?.total, seconds, at: Date.parse(time) };
  if (phase !== 'downloading' || current == null) return now;
  now.mark = { at: now.at, current };
  if (before?.mark) {
    const passed = (now.at - before.mark.at) / 1000;
    if (passed < 0.2) return { ...now, mark: before.mark, speed: before.speed };
    const speed = Math.max(0, current - before.mark.current) / passed;
    now.speed = before.speed == null ? speed : 0.6 * before.speed + 0.4 * speed;
  }
  return now;
}

function record(job, type, data) {
  job.log.push({ n: ++job.logged, type, data });
  if (job.log.length > LOG_LIMIT) job.log.shift();
}
