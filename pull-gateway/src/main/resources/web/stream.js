// SPDX-License-Identifier: Apache-2.0
// The one EventSource that all is read from: opened, kept, opened again, and honest about it.

import { STATE_EVENTS } from './state.js';

const RETRY_FIRST = 1000;
const RETRY_MOST = 30_000;
const RELOAD_EVERY = 10_000;

const wordsOf = ({ data }) => {
  try {
    const { detail, message, title, reason } = JSON.parse(data);
    return detail ?? message ?? title ?? reason ?? '';
  } catch {
    return '';
  }
};

export class Stream {
  /**
   * @param on.event (type, data) of what changes the state
   * @param on.connection (name, text): connecting, live or lost
   * @param on.notice (kind, words): degraded, reset, gap or error
   * @param on.refused () when the gateway did not let it in; may answer a promise, after which it tries again
   */
  constructor(url, on) {
    Object.assign(this, { url, on, source: null, delay: RETRY_FIRST, timer: 0, reloadedAt: 0 });
    addEventListener('online', () => this.source?.readyState === EventSource.CLOSED && this.open());
    addEventListener('offline', () => on.connection('lost', 'This device is offline'));
    addEventListener('pageshow', (event) => event.persisted && this.open()); // back from where pages sleep
  }

  open() {
    clearTimeout(this.timer);
    this.source?.close();
    const source = new EventSource(this.url);
    this.source = source;
    source.addEventListener('open', () => {
      this.delay = RETRY_FIRST;
      this.on.connection('live', 'Live');
    });
    source.addEventListener('error', (event) => (event.data === undefined ? this.lost() : this.on.notice('error', wordsOf(event))));
    for (const type of STATE_EVENTS) source.addEventListener(type, (event) => this.on.event(type, JSON.parse(event.data)));
    source.addEventListener('degraded', (event) => this.on.notice('degraded', wordsOf(event), JSON.parse(event.data)));
    source.addEventListener('reset', (event) => this.on.notice('reset', wordsOf(event)));
    source.addEventListener('gap', () => this.missed());
  }

  /** The browser reconnects by itself unless it was refused; then this does, ever more slowly. */
  async lost() {
    const { source } = this;
    if (source.readyState !== EventSource.CLOSED) return this.on.connection('lost', 'Reconnecting');
    this.on.connection('lost', 'The gateway does not answer, trying again');
    clearTimeout(this.timer);
    await this.on.refused();
    if (source !== this.source) return; // opened again meanwhile
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), this.delay * (0.75 + Math.random() / 2));
    this.delay = Math.min(RETRY_MOST, this.delay * 2);
  }

  /** Only a new snapshot tells what a gap held. */
  missed() {
    this.on.notice('gap', '');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.reloadedAt = Date.now();
      this.open();
    }, Math.max(0, this.reloadedAt + RELOAD_EVERY - Date.now()));
  }
}
