// SPDX-License-Identifier: Apache-2.0
// Wires the stream, the pages and the person together.

import { cancelDialog, StartDialog } from './dialogs.js';
import { $, attribute, copying, put, show } from './dom.js';
import { FleetPage, WorkerPage } from './fleet.js';
import { JobPage } from './job.js';
import { JobsPage } from './jobs.js';
import { Notices } from './notices.js';
import { jobsOpen, summary, tokens } from './select.js';
import { request, Session } from './http.js';
import { addPending, apply, emptyState } from './state.js';
import { Stream } from './stream.js';
import { themes } from './theme.js';

const JOBS_AT_ONCE = 50;

const state = emptyState();
const ui = {
  page: 'jobs', job: null, worker: null, chosenWorker: null, chosenPull: null, query: '', jobFilter: 'all', pullFilter: '',
  jobsShown: JOBS_AT_ONCE, cancelling: new Set(), pausing: new Map(), mayPull: true,
};
const notices = new Notices();
const pages = { jobs: new JobsPage(), job: new JobPage(choose), workers: new FleetPage(), worker: new WorkerPage() };

// ---- drawing: once per frame for a person, and for events, however many arrive, as often as numbers can be read

const EVENTS_DRAWN_EVERY = 100;
let frame = 0;
let timer = 0;
let drawnAt = 0;

function draw() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    render();
  });
}

function drawEvents() {
  timer ||= setTimeout(() => {
    timer = 0;
    draw();
  }, Math.max(0, drawnAt + EVENTS_DRAWN_EVERY - performance.now()));
}

function render() {
  const now = Date.now();
  drawnAt = performance.now();
  pages[ui.page].render(state, ui, tokens(ui.query), now);
  const open = jobsOpen(state);
  put(document.querySelector('title'), `${open ? `(${open}) ` : ''}${TITLES[ui.page]()} · Pullcast`);
  put($('starting'), notices.connected ? 'Loading the current state' : 'Connecting to the gateway');
  show($('starting'), !state.time);
}

const TITLES = {
  jobs: () => 'Jobs',
  job: () => $('job-title').textContent || 'Job',
  workers: () => 'Workers',
  worker: () => ui.worker,
};

setInterval(draw, 1000); // clocks on the page go on without events

// ---- the stream

const session = new Session((who) => {
  ui.mayPull = who.mayPull;
  show($('new'), who.mayPull);
  show($('who'), !!who.name);
  put($('who-name'), who.name ?? '');
  draw();
});

const stream = new Stream('v1/events', {
  event(type, data) {
    apply(state, type, data);
    notices.heard(type, data);
    drawEvents();
  },
  connection: (name, text) => notices.connection(name, text),
  notice: (kind, words, data) => notices.say(kind, words, data),
  refused: () => session.check(),
});

// ---- the address: #/, #/workers, #/workers/{id}, #/jobs/{id}?worker=…&pull=…

function route(event) {
  const [path, search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [kind, id] = path.split('/');
  const asked = new URLSearchParams(search);
  const name = id ? decoded(id) : null;
  const before = ui.page + ui.job + ui.worker;
  Object.assign(ui, {
    page: kind === 'jobs' && name ? 'job' : kind === 'workers' ? (name ? 'worker' : 'workers') : 'jobs',
    job: kind === 'jobs' ? name : null, worker: kind === 'workers' ? name : null,
    chosenWorker: asked.get('worker'), chosenPull: asked.get('pull'),
  });
  if (before !== ui.page + ui.job + ui.worker) ui.pullFilter = '';
  if (ui.page !== 'job') pages.job.leave();
  for (const page of Object.keys(pages)) show($(`page-${page}`), page === ui.page);
  for (const link of document.querySelectorAll('nav a')) {
    if (ui.page.startsWith(link.dataset.page)) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  render();
  if (event) document.querySelector(`#page-${ui.page} h1`)?.focus();
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

addEventListener('hashchange', route);

/** A pull is part of the address, but going back leads out of the job. */
function choose(pull) {
  if (pull) {
    Object.assign(ui, { chosenWorker: pull.worker, chosenPull: pull.pull });
    const asked = new URLSearchParams({ worker: pull.worker, pull: pull.pull });
    history.replaceState(null, '', `#/jobs/${encodeURIComponent(ui.job)}?${asked}`);
  }
  draw();
}

function closePull() {
  Object.assign(ui, { chosenWorker: null, chosenPull: null });
  history.replaceState(null, '', `#/jobs/${encodeURIComponent(ui.job)}`);
  render();
  pages.job.matrix.focus();
}

// ---- the person

$('search').addEventListener('input', (event) => {
  ui.query = event.target.value;
  ui.jobsShown = JOBS_AT_ONCE;
  draw();
});

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  const typing = event.target.matches('input, textarea, select');
  if (event.key === 'Escape' && ui.chosenPull && !typing) closePull();
  if (typing) return;
  const to = { '/': $('search'), 'n': $('new') }[event.key];
  if (!to || to.hidden) return;
  event.preventDefault();
  if (to === $('new')) to.click();
  else to.focus();
});

function filters(group, field) {
  $(group).addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    ui[field] = button.dataset.filter;
    draw();
  });
}

filters('job-filters', 'jobFilter');
filters('pull-filters', 'pullFilter');

$('skip').addEventListener('click', () => document.querySelector(`#page-${ui.page} h1`).focus());
$('log-box').addEventListener('toggle', draw);
$('pull-close').addEventListener('click', closePull);
$('logout').addEventListener('click', () => session.leave());
$('more-jobs').addEventListener('click', () => {
  ui.jobsShown += JOBS_AT_ONCE;
  draw();
});

const starter = new StartDialog(() => state.workers, (job) => {
  addPending(state, job);
  if (job.id) location.hash = `#/jobs/${encodeURIComponent(job.id)}`;
  draw();
});

$('again').addEventListener('click', async () => {
  const job = state.jobs.get(ui.job);
  if (!job) return;
  if (!summary(job).failed) return starter.openAgain(job);
  $('again').disabled = true; // one click, one repetition
  try {
    await starter.repeatFailed(job);
  } catch (error) {
    notices.say('error', error.message);
  } finally {
    $('again').disabled = false;
  }
});

cancelDialog(async () => {
  const { job } = ui;
  ui.cancelling.add(job); // until its end is told, or the request fails
  draw();
  try {
    await request('DELETE', `v1/pulls/${encodeURIComponent(job)}`);
  } catch (error) {
    ui.cancelling.delete(job);
    notices.say('error', error.message);
    draw();
  }
});

$('pause').addEventListener('click', async () => {
  const { job } = ui;
  const paused = state.jobs.get(job)?.state !== 'paused';
  ui.pausing.set(job, paused); // until the coordinator tells, or the request fails
  draw();
  try {
    await request('PATCH', `v1/pulls/${encodeURIComponent(job)}`, { paused });
  } catch (error) {
    ui.pausing.delete(job);
    notices.say('error', error.message);
    draw();
  }
});

copying((words) => notices.announce(words));
themes();
route();
session.check();
stream.open();
