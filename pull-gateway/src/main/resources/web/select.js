// SPDX-License-Identifier: Apache-2.0
// What a page shows of the state: sums, order, search, the matrix of a job. No DOM, no clock, no network.

import { eachPull, isOpen } from './state.js';

const COUNTED = ['failed', 'lost', 'retrying', 'running', 'queued', 'pending', 'succeeded', 'skipped', 'cancelled'];
const ENDED = ['succeeded', 'skipped', 'failed', 'cancelled'];
const FRESH_MILLIS = 3_600_000;
const collator = new Intl.Collator('en', { numeric: true });

/** Names as people sort them: node-2 before node-10. */
export const byName = collator.compare;

/** Words that must all occur, in lower case. */
export const tokens = (query) => query.toLowerCase().split(/\s+/).filter(Boolean);

export const has = (query, text) => query.every((token) => text.includes(token));

/**
 * How far pulls are together, as OverallProgress of the contract: by bytes where sizes are known, else by images. A size
 * that is not known is taken for the mean of those that are; an image that was there weighs nothing.
 */
class Progress {
  open = 0; pulls = 0; shares = 0; sized = 0; current = 0; total = 0; unsized = 0; unsizedShares = 0; unsizedCurrent = 0;

  add({ state, percent, bytesCurrent, bytesTotal }) {
    const ended = ENDED.includes(state);
    const share = state === 'succeeded' || state === 'skipped' ? 1 : percent / 100;
    const total = state === 'skipped' ? 0 : bytesTotal;
    this.pulls++;
    this.shares += share;
    if (!ended) this.open++;
    if (total == null) {
      this.unsized++;
      this.unsizedShares += share;
      this.unsizedCurrent += bytesCurrent;
    } else if (total > 0) {
      this.sized++;
      this.current += Math.min(bytesCurrent, total);
      this.total += total;
    }
  }

  percent() {
    const now = 100 * this.share();
    return Math.max(0, Math.min(this.open ? 99.9 : 100, now));
  }

  share() {
    if (this.sized) {
      const mean = this.total / this.sized;
      return (this.current + mean * this.unsizedShares) / (this.total + mean * this.unsized);
    }
    if (this.unsized) return this.unsizedShares / this.unsized;
    return this.pulls ? this.shares / this.pulls : 0;
  }
}

/** Counts, bytes and percent over all pulls of a job; counted once per version. The percentage never falls. */
export function summary(job) {
  if (job.sum?.version === job.version) return job.sum;
  const sum = { version: job.version, total: 0, percent: 0, speed: 0, eta: null, bytes: 0, bytesTotal: null };
  const progress = new Progress();
  for (const state of COUNTED) sum[state] = 0;
  eachPull(job, (pull) => {
    sum.total++;
    sum[pull.state]++;
    progress.add(pull);
    if (pull.state !== 'running') return;
    sum.speed += pull.bytesPerSecond ?? 0;
    if (pull.etaSeconds != null) sum.eta = Math.max(sum.eta ?? 0, pull.etaSeconds);
  });
  if (sum.total === 0) { // a view without its pulls still has their counts
    for (const state of ENDED) sum.total += sum[state] = job[state] ?? 0;
    sum.percent = job.percent ?? 0;
    sum.bytes = job.bytesCurrent ?? 0;
    sum.bytesTotal = job.bytesTotal ?? null;
  } else {
    sum.percent = progress.percent();
    sum.bytes = progress.current + progress.unsizedCurrent;
    sum.bytesTotal = progress.unsized ? null : progress.total;
  }
  job.reached = sum.percent = Math.max(job.reached ?? 0, sum.percent);
  sum.waiting = sum.queued + sum.pending;
  if (sum.waiting) sum.eta = null; // nobody knows how long those take that have not begun
  sum.done = sum.succeeded + sum.skipped;
  sum.missed = sum.total ? Math.min(100 - sum.percent, (100 * (sum.failed + sum.cancelled)) / sum.total) : 0;
  return (job.sum = sum);
}

export const jobState = (job) => (job.state === 'completed' ? job.result : job.state);

export const workerState = (worker) => (worker.live ? worker.state : 'gone');

/** Whether something of it went wrong. */
export const hasTrouble = (job) => job.state === 'rejected' || job.result === 'failed' || job.result === 'unmatched' || summary(job).failed > 0;

/** What went wrong: failed pulls, those alike on many workers as one, or each reason for a rejection. */
export function problems(job) {
  if (job.problems?.shape === job.shape) return job.problems.list;
  const found = new Map(job.reasons.map((message) => [message, { key: message, version: 0, reason: 'rejected', message }]));
  eachPull(job, ({ state, image, worker, reason, message, hint }) => {
    if (state !== 'failed') return;
    const key = `${image}\n${reason}\n${message?.replaceAll(worker, '')}`;
    const problem = found.get(key) ?? { key, version: 0, image, reason, message, hint, workers: [] };
    found.set(key, problem);
    problem.workers.push(worker);
    problem.version = problem.workers.length;
  });
  const list = [...found.values()].sort((a, b) => b.version - a.version);
  job.problems = { shape: job.shape, list };
  return list;
}

/** First what has failed and is fresh, then what goes on, then the rest; each newest first. */
export function sortedJobs(jobs, now) {
  const rank = (job) => {
    if (hasTrouble(job) && (isOpen(job) || now - Date.parse(job.completedAt) < FRESH_MILLIS)) return 0;
    return isOpen(job) ? 1 : 2;
  };
  return [...jobs].reverse().map((job) => [rank(job), job]).sort((a, b) => a[0] - b[0]).map(([, job]) => job);
}

function jobWords(job) {
  if (job.words?.shape === job.shape) return job.words.text;
  const images = [...job.columns.values(), ...job.images].flatMap((image) => [image.image, image.reference]);
  const labels = Object.entries(job.labels ?? {}).map((label) => label.join('='));
  const reasons = problems(job).map((problem) => problem.reason);
  const words = [job.id, jobState(job), job.project, ...labels, ...new Set(images), ...job.rows.keys(), ...reasons];
  job.words = { shape: job.shape, text: words.join('\n').toLowerCase() };
  return job.words.text;
}

export const jobMatches = (query, job) => !query.length || has(query, jobWords(job));

export const labelsOf = (worker) => Object.entries(worker.labels ?? {}).map((label) => label.join('='));

export function workerMatches(query, worker) {
  if (!query.length) return true;
  const { engine } = worker;
  const words = [worker.worker, workerState(worker), worker.version, engine?.kind, engine?.version, engine?.arch, ...labelsOf(worker)];
  return has(query, words.join('\n').toLowerCase());
}

const WORKER_RANKS = { gone: 0, 'engine-gone': 1, draining: 2, ready: 3 };

/** Those that need somebody first. */
export function sortedWorkers(workers) {
  return [...workers].sort((a, b) =>
    WORKER_RANKS[workerState(a)] - WORKER_RANKS[workerState(b)] || byName(a.worker, b.worker));
}

/** Live workers that a target means. */
export function targeted(workers, { workers: named, labels = {} }) {
  return [...workers].filter((worker) => worker.live && (!named || named.includes(worker.worker))
    && Object.entries(labels).every(([key, value]) => worker.labels?.[key] === value));
}

/** `node-1, zone=eu-1` names workers and labels. */
export function targetOf(mode, words) {
  const target = { mode };
  for (const word of words.split(/[\s,]+/).filter(Boolean)) {
    const at = word.indexOf('=');
    if (at > 0) (target.labels ??= {})[word.slice(0, at)] = word.slice(at + 1);
    else (target.workers ??= []).push(word);
  }
  return target;
}

/**
 * Jobs that repeat exactly the pairs of image and worker that failed, as the first job asked for them: one job for all
 * workers on which the same images failed.
 *
 * @param view the job as the gateway answers it, with its pulls
 */
export function repeats(view) {
  const failed = Map.groupBy((view.pulls ?? []).filter((pull) => pull.state === 'failed'), (pull) => pull.worker);
  const alike = Map.groupBy(failed, ([, pulls]) => pulls.map((pull) => pull.pull).sort().join());
  return [...alike.values()].map((group) => repeat(view, group[0][1], group.map(([worker]) => worker)));
}

function repeat({ project, labels, options = {} }, pulls, workers) {
  const { pullPolicy, parallelism, backoffLimit, timeoutSeconds, activeDeadlineSeconds, credentials, images = [] } = options;
  const image = (pull) => {
    const own = images.find((one) => one.image === pull.image && (one.platform ?? null) === (pull.platform ?? null)) ?? {};
    return { image: pull.image, platform: pull.platform, project: own.project, credentials: named(own.credentials) };
  };
  return {
    images: pulls.map(image), target: { mode: 'all', workers }, project, labels, pullPolicy, parallelism, backoffLimit,
    timeoutSeconds, activeDeadlineSeconds, credentials: named(credentials),
  };
}

const named = (name) => name && { name };

/**
 * The matrix of a job: which workers and images have a pull that matches, workers with failures first.
 *
 * @param filter a state of pulls, `waiting` for those that have not begun, or empty for all
 */
export function matrixOf(job, query, filter) {
  const rows = new Set();
  const columns = new Set();
  const failing = new Set();
  eachPull(job, (pull) => {
    if (!pullMatches(query, filter, pull)) return;
    rows.add(pull.worker);
    columns.add(pull.pull);
    if (pull.state === 'failed') failing.add(pull.worker);
  });
  const names = sortedNames(job).filter((name) => rows.has(name));
  return {
    workers: failing.size ? [...names.filter((n) => failing.has(n)), ...names.filter((n) => !failing.has(n))] : names,
    images: [...job.columns.values()].filter((image) => columns.has(image.pull)),
  };
}

function sortedNames(job) {
  if (job.names?.length !== job.rows.size) job.names = [...job.rows.keys()].sort(byName);
  return job.names;
}

/** Whether a pull is what is looked for. */
export function pullMatches(query, filter, pull) {
  if (filter && pull.state !== filter && !(filter === 'waiting' && (pull.state === 'queued' || pull.state === 'pending'))) return false;
  return !query.length || has(query, `${pull.image}\n${pull.reference}\n${pull.worker}\n${pull.state}\n${pull.reason ?? ''}`.toLowerCase());
}

const PULL_RANKS = { failed: 0, lost: 1, retrying: 2, running: 3, queued: 4, pending: 5 };

/** The pulls of one worker in all jobs: failures first, then what goes on, then the newest. */
export function pullsOn(state, worker, query) {
  const found = [];
  for (const job of state.jobs.values()) {
    for (const pull of job.rows.get(worker)?.values() ?? []) if (pullMatches(query, '', pull)) found.push(pull);
  }
  return found.map((pull, i) => [PULL_RANKS[pull.state] ?? 6, i, pull])
    .sort((a, b) => a[0] - b[0] || b[1] - a[1]).map(([, , pull]) => pull);
}

/** How many jobs go on. */
export function jobsOpen(state) {
  let open = 0;
  for (const job of state.jobs.values()) if (isOpen(job)) open++;
  return open;
}
