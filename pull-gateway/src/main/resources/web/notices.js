// SPDX-License-Identifier: Apache-2.0
// What is said to a person beside the data: how the connection is, what went wrong, and, aloud, what ended.

import { $, attribute, put, show } from './dom.js';
import * as f from './format.js';

const NOTICE_MILLIS = 20_000;
const SPEAK_MILLIS = 1000;

const SENTENCES = {
  degraded: (words, { since } = {}) =>
    `Since ${since ? f.clock(since) : 'now'} the gateway does not hear from Kafka; pulls go on without it. ${words}`,
  reset: (words) => `Some updates could not be replayed; this is the state as of now. ${words}`,
  gap: () => 'This page was too slow and missed some updates; it starts again from the current state.',
  error: (words) => words,
};

export class Notices {
  constructor() {
    Object.assign(this, { timer: 0, degraded: false, ended: [], failed: [], speaking: 0, connected: false });
  }

  connection(name, text) {
    this.connected = name === 'live';
    if (this.connected && this.degraded) this.clear(); // a new stream says it again if it is still so
    attribute($('connection'), 'data-state', name);
    put($('connection').firstElementChild, text);
  }

  /** A degraded gateway is told of until it says that this is over, all else for some seconds. */
  say(kind, words, data) {
    if (data?.degraded === false) return this.clear();
    this.degraded = kind === 'degraded';
    clearTimeout(this.timer);
    this.timer = this.degraded ? 0 : setTimeout(() => this.clear(), NOTICE_MILLIS);
    const text = SENTENCES[kind](words, data).trim();
    show($('notice'), !!text);
    put($('notice'), text);
  }

  clear() {
    this.degraded = false;
    clearTimeout(this.timer);
    show($('notice'), false);
    put($('notice'), '');
  }

  /** Collects what ended, to be said aloud. */
  heard(type, data) {
    if (type === 'pull.failed') this.failed.push(data);
    else if (type === 'job.completed') this.ended.push(`Job ${data.result}: ${f.count(data.succeeded + data.skipped)} images there, ${f.count(data.failed)} failed.`);
    else if (type === 'job.rejected') this.ended.push(`Job rejected: ${(data.reasons ?? []).join(', ')}.`);
    else return;
    this.speaking ||= setTimeout(() => this.speak(), SPEAK_MILLIS);
  }

  /** Results, not progress; many at once are summed up. */
  speak() {
    const { failed, ended } = this;
    Object.assign(this, { failed: [], ended: [], speaking: 0 });
    const words = [];
    if (failed.length === 1) words.push(`${failed[0].image} failed on ${failed[0].worker}: ${failed[0].reason}. ${failed[0].hint ?? ''}`);
    else if (failed.length) words.push(`${f.count(failed.length)} pulls failed, the newest: ${failed.at(-1).image} on ${failed.at(-1).worker}: ${failed.at(-1).reason}.`);
    if (ended.length > 3) words.push(`${ended.length} jobs ended, the newest: ${ended.at(-1)}`);
    else words.push(...ended);
    this.announce(words.join(' '));
  }

  announce(words) {
    const line = document.createElement('p');
    line.textContent = words;
    $('announce').replaceChildren(line);
  }
}
