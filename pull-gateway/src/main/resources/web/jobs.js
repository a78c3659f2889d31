// SPDX-License-Identifier: Apache-2.0
// The list of jobs, and what a job's row and its own page have in common.

import { $, attribute, badge, bar, put, Rows, show, since, stretch } from './dom.js';
import * as f from './format.js';
import { jobMatches, jobState, hasTrouble, problems, sortedJobs, summary, workerState } from './select.js';
import { isOpen } from './state.js';

const PROBLEMS_ON_ROW = 2;
const WORKERS_NAMED = 3;
const COPIED_AT_MOST = 200;

/** Colours of bars by a pull's state. */
export const TONES = { succeeded: 'good', skipped: 'quiet', failed: 'bad', cancelled: 'quiet', retrying: 'warn', lost: 'warn' };

export function jobTitle(job) {
  const names = (job.columns.size ? [...job.columns.values()] : job.images).map((image) => image.image);
  const more = names.length > 1 ? ` and ${f.count(names.length - 1)} more` : '';
  return names.length ? names[0] + more : `Job ${job.id}`;
}

/** How far a job is, in one line. */
export function jobCounts(job, sum) {
  const part = (count, word) => (count ? `${f.count(count)} ${word}` : '');
  return f.join(
    sum.total ? `${f.count(sum.done)} of ${f.count(sum.total)} there` : job.state === 'pending' ? 'waiting for the coordinator' : '',
    part(sum.failed, 'failed'), part(sum.lost, 'on workers that are gone'), part(sum.retrying, 'retrying'), part(sum.cancelled, 'cancelled'),
    isOpen(job) ? [part(sum.running, 'running'), part(sum.waiting, 'waiting')] : [],
    f.pace(sum.speed, sum.eta),
  );
}

export function jobFacts(job, sum, now) {
  const end = job.completedAt ? Date.parse(job.completedAt) : now;
  const began = job.createdAt && job.state !== 'pending' && job.state !== 'rejected';
  const took = began ? f.duration(Math.max(0, end - Date.parse(job.createdAt)) / 1000) : '';
  return f.join(
    took && (isOpen(job) ? `running for ${took}` : `took ${took}`),
    job.rows.size ? f.plural(job.rows.size, 'worker') : '',
    sum.bytesTotal ? `${f.bytes(sum.bytes)} of ${f.bytes(sum.bytesTotal)}` : sum.bytes ? f.bytes(sum.bytes) : '',
    job.project ? `project ${job.project}` : '',
    Object.entries(job.labels ?? {}).map(([key, value]) => `${key}=${value}`),
  );
}

/** What is there from the left, what will not come from the right. */
export function jobBar(node, job, sum) {
  const text = `${Math.floor(sum.percent)} percent, ${jobCounts(job, sum) || jobState(job)}`;
  bar(node, { percent: sum.percent, label: jobTitle(job), tone: isOpen(job) ? 'active' : 'good', text });
  stretch(node.lastElementChild, sum.missed);
  show(node, job.state !== 'rejected');
}

function placeOf({ image, workers }) {
  const more = workers.length - WORKERS_NAMED;
  return `${image} on ${workers.slice(0, WORKERS_NAMED).join(', ')}${more > 0 ? ` and ${f.plural(more, 'more worker')}` : ''}`;
}

/** A kind of failure: why, where, in the engine's words, and what to do. */
export function drawProblem(row, problem) {
  const { reason, message, hint, workers } = problem;
  put(row.reason, reason ?? 'failed');
  put(row.where, workers ? placeOf(problem) : '');
  row.where.title = workers ? workers.slice(0, COPIED_AT_MOST).join(', ') : '';
  put(row.message, message ?? '');
  put(row.hint, hint ?? '');
}

const FILTERS = {
  all: () => true,
  running: isOpen,
  failed: hasTrouble,
  finished: (job) => !isOpen(job),
};

export class JobsPage {
  constructor() {
    this.rows = new Rows($('jobs'), 't-job', (row, job) => this.drawRow(row, job));
    const base = new URL('.', location.href).href.replace(/\/$/, '');
    put($('hint-curl'), `curl ${base}/v1/pulls -H 'Content-Type: application/json' \\\n  -d '{"images":["alpine:3.20"]}'`);
    put($('hint-cli'), `pullcast pull --gateway ${base} alpine:3.20`);
  }

  render(state, ui, query, now) {
    this.now = now;
    const all = [...state.jobs.values()];
    this.drawTotals(state, all);
    this.drawFilters(all, ui.jobFilter);
    const jobs = sortedJobs(all.filter((job) => FILTERS[ui.jobFilter](job) && jobMatches(query, job)), now);
    const page = jobs.slice(0, ui.jobsShown);
    this.rows.show(page, (job) => job.id, (job) => `${job.version}/${Math.floor(now / (isOpen(job) ? 1000 : 30_000))}`);
    show($('more-jobs'), jobs.length > page.length);
    show($('jobs'), page.length > 0);
    show($('job-filters'), all.length > 0);
    show($('no-jobs'), !!state.time && !all.length);
    show($('no-match'), all.length > 0 && !jobs.length);
  }

  drawTotals(state, all) {
    if (!state.time) return;
    let ready = 0;
    for (const worker of state.workers.values()) if (workerState(worker) === 'ready') ready++;
    const open = all.filter(isOpen);
    const sums = open.map(summary);
    const add = (field) => sums.reduce((total, sum) => total + sum[field], 0);
    put($('total-workers'), `${f.count(ready)} of ${f.count(state.workers.size)}`);
    put($('total-jobs'), f.count(open.length));
    put($('total-pulls'), f.count(add('running')));
    put($('total-waiting'), f.count(add('waiting')));
    put($('total-speed'), `${f.bytes(add('speed'))}/s`);
  }

  drawFilters(all, chosen) {
    for (const button of $('job-filters').children) {
      const name = button.dataset.filter;
      put(button.lastElementChild, f.count(all.filter(FILTERS[name]).length));
      attribute(button, 'aria-pressed', name === chosen);
    }
  }

  drawRow(row, job) {
    const sum = summary(job);
    put(row.link, jobTitle(job));
    row.link.href = `#/jobs/${encodeURIComponent(job.id)}`;
    badge(row.badge, jobState(job));
    since(row.time, job.createdAt, this.now);
    jobBar(row.bar, job, sum);
    put(row.percent, job.state === 'rejected' ? '' : `${Math.floor(sum.percent)} %`);
    put(row.text, jobCounts(job, sum));
    put(row.facts, jobFacts(job, sum, this.now));
    row.list ??= new Rows(row.failures, 't-failure', drawProblem);
    const all = problems(job);
    row.list.show(all.slice(0, PROBLEMS_ON_ROW), (problem) => problem.key, (problem) => problem.version);
    put(row.more, all.length > PROBLEMS_ON_ROW ? `${all.length - PROBLEMS_ON_ROW} more kinds of failure: open the job` : '');
  }
}
