// SPDX-License-Identifier: Apache-2.0
// Wires the stream, the page and the person together. All that is read comes over one EventSource.

import { addPending, apply, emptyState, STATE_EVENTS } from './state.js';
import { $, View } from './view.js';

const state = emptyState();
const ui = { query: '', job: null, opened: new Set(), openedAt: 0, cancelling: new Set(), jobsShown: 50, groupsShown: 50 };
const view = new View(ui);

// ---- drawing: however many events arrive, once per frame

let frame = 0;

function draw() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    view.render(state, Date.now());
  });
}

setInterval(draw, 1000); // clocks on the page go on without events

// ---- what is said aloud: results, not progress

let said = [];

function announce(sentence) {
  said.push(sentence);
  if (said.length > 1) return;
  setTimeout(() => {
    const line = document.createElement('p');
    line.textContent = said.length > 5 ? `${said.length} results; the newest: ${said.at(-1)}` : said.join(' ');
    $('announce').replaceChildren(line);
    said = [];
  }, 500);
}

function tell(type, data) {
  if (type === 'pull.failed') announce(`${data.image} failed on ${data.worker}: ${data.reason}. ${data.hint ?? ''}`);
  if (type === 'job.rejected') announce(`Job rejected: ${(data.reasons ?? []).join(', ')}.`);
  if (type === 'job.completed') {
    announce(`Job ${data.result}: ${data.succeeded + data.skipped} images there, ${data.failed} failed.`);
  }
}

// ---- what is wrong: for some seconds, or until the next event shows that it is over

const NOTICE_SECONDS = 20;
let noticeTimer = 0;

function notice(text, seconds = 0) {
  clearTimeout(noticeTimer);
  noticeTimer = seconds ? setTimeout(notice, seconds * 1000, '') : 0;
  $('notice').hidden = !text;
  $('notice').textContent = text;
}

// ---- the stream

const RETRY_FIRST = 1000;
const RETRY_MOST = 30_000;
const RELOAD_EVERY = 10_000;
let source = null;
let delay = RETRY_FIRST;
let timer = 0;
let reloadedAt = 0;

function connection(name, text) {
  $('connection').dataset.state = name;
  const label = $('connection').firstElementChild;
  if (label.textContent !== text) label.textContent = text;
}

function connect() {
  clearTimeout(timer);
  source?.close();
  source = new EventSource('v1/events');
  source.addEventListener('open', () => {
    delay = RETRY_FIRST;
    connection('live', 'Live');
  });
  source.addEventListener('error', (event) => (event.data === undefined ? lost() : notice(wordsOf(event))));
  for (const type of STATE_EVENTS) source.addEventListener(type, (event) => receive(type, JSON.parse(event.data)));
  source.addEventListener('degraded', (event) => notice(`The gateway is degraded, what you see may be old. ${wordsOf(event)}`));
  source.addEventListener('reset', (event) =>
    notice(`Updates were missed; this is the state as of now. ${wordsOf(event)}`, NOTICE_SECONDS));
  source.addEventListener('gap', missed);
}

function receive(type, data) {
  if (!noticeTimer && !$('notice').hidden) notice('');
  apply(state, type, data);
  tell(type, data);
  draw();
}

/** The browser reconnects by itself unless it was refused; then this page does, ever more slowly. */
function lost() {
  if (source.readyState !== EventSource.CLOSED) {
    connection('lost', 'Reconnecting');
    return;
  }
  connection('lost', `Reconnecting in ${Math.ceil(delay / 1000)} s`);
  clearTimeout(timer);
  timer = setTimeout(connect, delay * (0.75 + Math.random() / 2));
  delay = Math.min(RETRY_MOST, delay * 2);
}

/** Only a new snapshot tells what a gap held. */
function missed() {
  notice('This page was too slow and missed some updates; it starts again from the current state.', NOTICE_SECONDS);
  const wait = Math.max(0, reloadedAt + RELOAD_EVERY - Date.now());
  clearTimeout(timer);
  timer = setTimeout(() => {
    reloadedAt = Date.now();
    connect();
  }, wait);
}

function wordsOf(event) {
  try {
    const { detail, message, title, reason } = JSON.parse(event.data);
    return detail ?? message ?? title ?? reason ?? '';
  } catch {
    return '';
  }
}

addEventListener('online', () => source.readyState === EventSource.CLOSED && connect());

// ---- the address: #/ and #/jobs/{id}

function route(event) {
  const job = /^#\/jobs\/(.+)$/.exec(location.hash);
  ui.job = job ? decodeURIComponent(job[1]) : null;
  ui.groupsShown = 50;
  view.render(state, Date.now());
  if (event && ui.job) $('job-title').focus();
}

addEventListener('hashchange', route);

// ---- the person

$('search').addEventListener('input', (event) => {
  ui.query = event.target.value;
  draw();
});

addEventListener('keydown', (event) => {
  const typing = event.target.matches('input, textarea, select') || event.ctrlKey || event.metaKey || event.altKey;
  if (event.key !== '/' || typing) return;
  event.preventDefault();
  $('search').focus();
});

$('groups').addEventListener('click', (event) => {
  const key = event.target.closest('.toggle')?.dataset.key;
  if (!key) return;
  if (!ui.opened.delete(key)) ui.opened.add(key);
  ui.openedAt++;
  draw();
});

$('log-box').addEventListener('toggle', draw);

function more(button, field) {
  $(button).addEventListener('click', () => {
    ui[field] += 50;
    draw();
  });
}

more('more-jobs', 'jobsShown');
more('more-groups', 'groupsShown');

/** `node-1, zone=eu-1` names workers and labels. */
function targetOf(mode, words) {
  const target = { mode };
  for (const word of words.split(/[\s,]+/).filter(Boolean)) {
    const at = word.indexOf('=');
    if (at > 0) (target.labels ??= {})[word.slice(0, at)] = word.slice(at + 1);
    else (target.workers ??= []).push(word);
  }
  return target;
}

/** Sends a request; an answer that is not good becomes an error in the gateway's own words (RFC 9457). */
async function request(method, path, body) {
  const headers = body ? { 'Content-Type': 'application/json' } : {};
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) }).catch(() => {
    throw new Error('The gateway does not answer; check that it runs, then try again.');
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  const words = [answer?.detail ?? answer?.title ?? `The gateway answered ${response.status}.`, ...(answer?.reasons ?? [])];
  throw new Error(words.join(' '));
}

function refuse(text) {
  $('new-error').hidden = !text;
  $('new-error').textContent = text;
}

$('new').addEventListener('click', () => {
  refuse('');
  $('new-dialog').showModal();
});

$('new-close').addEventListener('click', () => $('new-dialog').close());

$('new-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const images = $('images').value.split(/[\s,]+/).filter(Boolean);
  if (!images.length) return refuse('Name at least one image.');
  refuse('');
  $('new-send').disabled = true;
  try {
    const job = { images, target: targetOf($('mode').value, $('target').value) };
    if ($('always').checked) job.pullPolicy = 'Always';
    const accepted = await request('POST', 'v1/pulls', job);
    addPending(state, { ...accepted, images: accepted?.images?.length ? accepted.images : images.map((image) => ({ image })) });
    $('new-dialog').close();
    $('images').value = '';
    if (accepted?.id) location.hash = `#/jobs/${encodeURIComponent(accepted.id)}`;
  } catch (error) {
    refuse(error.message);
  } finally {
    $('new-send').disabled = false;
    draw();
  }
});

$('cancel').addEventListener('click', () => {
  $('cancel-dialog').returnValue = '';
  $('cancel-dialog').showModal();
});

$('cancel-dialog').addEventListener('close', async () => {
  if ($('cancel-dialog').returnValue !== 'cancel') return;
  const job = ui.job;
  ui.cancelling.add(job); // until its end is told, or the request fails
  draw();
  try {
    await request('DELETE', `v1/pulls/${encodeURIComponent(job)}`);
  } catch (error) {
    ui.cancelling.delete(job);
    notice(error.message, NOTICE_SECONDS);
    draw();
  }
});

route();
connect();
