// SPDX-License-Identifier: Apache-2.0
// Numbers and events as people read them.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Decimal units, as the Docker command line prints them. */
export function bytes(count) {
  let unit = 0;
  for (; count >= 1000 && unit < UNITS.length - 1; unit++) count /= 1000;
  return `${unit === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${UNITS[unit]}`;
}

export function duration(seconds) {
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toString()} s`;
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 172_800) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

export function ago(time, now) {
  const s = Math.max(0, (now - Date.parse(time)) / 1000);
  if (s < 60) return 'just now';
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ago`;
  return new Date(time).toLocaleDateString();
}

/** To the second, with date and zone: for titles. */
export const absolute = (time) => new Date(time).toLocaleString([], { dateStyle: 'medium', timeStyle: 'long', hour12: false });

export const clock = (time) => new Date(time).toLocaleTimeString([], { hour12: false });

const numbers = new Intl.NumberFormat('en');

export const count = (number) => numbers.format(number);

export const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

export const shortDigest = (digest) => digest.replace(/^(\w+:[0-9a-f]{12})[0-9a-f]+$/, '$1');

/** How fast and how long, where that is known. */
export function pace(speed, eta) {
  return [speed ? `${bytes(speed)}/s` : '', eta == null || !speed ? '' : `${duration(Math.round(eta))} left`];
}

export const join = (...parts) => parts.flat().filter(Boolean).join(' · ');

/** Where a pull is, in one line. */
export function pullText(pull, now) {
  switch (pull.state) {
    case 'pending':
      return 'waiting for the worker';
    case 'queued':
      return 'queued on the worker';
    case 'lost':
      return 'its worker is not heard of; it goes on when that returns';
    case 'running':
      if (!pull.layersTotal && !pull.layers.size) return 'asking the registry';
      return join(
        pull.bytesTotal ? `${bytes(pull.bytesCurrent)} of ${bytes(pull.bytesTotal)}` : pull.bytesTotal == null ? 'size unknown' : '',
        pace(pull.bytesPerSecond, pull.etaSeconds),
        pull.layersTotal ? `${pull.layersDone}/${pull.layersTotal} layers` : '',
      );
    case 'retrying': {
      const wait = pull.notBefore ? Math.max(0, (Date.parse(pull.notBefore) - now) / 1000) : 0;
      return join(wait ? `trying again in ${duration(Math.ceil(wait))}` : 'trying again', pull.reason, pull.message);
    }
    case 'succeeded':
      return join(
        pull.bytesTotal == null ? 'size unknown' : pull.bytesTotal ? bytes(pull.bytesTotal) : 'up to date',
        pull.downloadMillis == null ? '' : duration((pull.downloadMillis + (pull.extractMillis ?? 0)) / 1000),
        pull.digest ? shortDigest(pull.digest) : '',
      );
    case 'skipped':
      return join('already present', pull.digest ? shortDigest(pull.digest) : '');
    case 'failed':
      return join(pull.reason, pull.message);
    case 'cancelled':
      return pull.message || '';
  }
  return '';
}

/** Where a pull is, in a word: for a cell of a matrix. */
export function pullWord(pull) {
  switch (pull.state) {
    case 'pending':
      return 'waiting';
    case 'running':
      return `${Math.floor(pull.percent)} %`;
    case 'retrying':
      return `↻ ${pull.reason ?? 'retrying'}`;
    case 'lost':
      return '? worker gone';
    case 'succeeded':
      return '✓ done';
    case 'skipped':
      return '✓ present';
    case 'failed':
      return `✕ ${pull.reason ?? 'failed'}`;
  }
  return pull.state;
}

/** The same in one or two characters. */
export const pullSign = (pull) => (pull.state === 'running' ? `${Math.floor(pull.percent)} %` : SIGNS[pull.state]);

const SIGNS = { pending: '·', queued: '…', retrying: '↻', lost: '?', succeeded: '✓', skipped: '✓', failed: '✕', cancelled: '–' };

/** The last part of an image's name, with its tag; a digest is cut. */
export const shortImage = (image) => image.replace(/^.*\/(?=[^/]+$)/, '').replace(/@(\w+:[0-9a-f]{6})[0-9a-f]+$/, '@$1');

/** Where a layer is, in one line. */
export function layerText({ phase, current, total, seconds, speed }) {
  const size = total ? bytes(total) : '';
  if (phase === 'downloading') {
    const left = speed && total ? (total - current) / speed : null;
    return join(current == null ? '' : total ? `${bytes(current)} of ${size}` : bytes(current), pace(speed, left));
  }
  if (phase === 'extracting') return seconds != null ? duration(seconds) : total ? `${bytes(current ?? 0)} of ${size}` : '';
  return size;
}

/** One line of a job's log. */
export function eventText(type, data) {
  switch (type) {
    case 'job.accepted':
      return `${data.paused ? 'paused' : 'accepted'}: ${plural(data.pulls?.length ?? 0, 'image')} on ${plural(data.workers?.length ?? 0, 'worker')}`;
    case 'job.rejected':
      return join('rejected', data.reasons);
    case 'job.completed':
      return join(`completed: ${data.result}`, data.message);
    case 'layer':
      return `layer ${data.layer} ${data.phase}`;
    case 'pull.retrying':
      return join(`attempt ${data.attempt} failed: ${data.reason}`, data.message);
    case 'pull.failed':
      return join(`failed: ${data.reason}`, data.message);
    case 'pull.succeeded':
      return join('succeeded', data.bytesDownloaded == null ? 'size unknown' : bytes(data.bytesDownloaded), data.digest);
    default:
      return join(type.replace('pull.', ''), data.message);
  }
}
