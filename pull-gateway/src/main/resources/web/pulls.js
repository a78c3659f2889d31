// SPDX-License-Identifier: Apache-2.0
// What one event does to one pull. No DOM, no clock, no network.

const TERMINAL = new Set(['succeeded', 'skipped', 'failed', 'cancelled']);

export const isTerminal = (pull) => TERMINAL.has(pull.state);

/** A pull that nothing is known of but where it belongs. */
export function blank({ job, worker, pull, image, reference, platform }) {
  return {
    job, worker, pull, image, reference, platform, state: 'pending', attempt: 0, percent: 0, bytesCurrent: 0,
    layersDone: 0, layersTotal: 0, layers: new Map(), version: 0,
  };
}

/** A pull as a snapshot tells it. */
export function ofView(view) {
  return { ...blank(view), ...view, layers: new Map((view.layers ?? []).map((layer) => [layer.layer, layer])) };
}

/** Its worker is not heard of. Answers whether that is new. */
export function lose(pull) {
  if (isTerminal(pull) || pull.state === 'lost') return false;
  pull.was = pull.state;
  pull.state = 'lost';
  return true;
}

/** Its worker is heard of again. */
export function find(pull) {
  if (pull.state !== 'lost') return false;
  pull.state = pull.was ?? (pull.attempt ? 'running' : 'pending');
  return true;
}

/** Adds an event that is known to be new. A new attempt announces its layers again. */
export function change(pull, type, data) {
  pull.incarnation = data.incarnation;
  pull.seq = data.seq;
  pull.updatedAt = data.time;
  if (data.attempt > pull.attempt) {
    pull.attempt = data.attempt;
    pull.layers = new Map();
  }
  find(pull);
  CHANGES[type]?.(pull, data);
  if (pull.state !== 'running') pull.bytesPerSecond = pull.etaSeconds = null;
}

const CHANGES = {
  'pull.queued': (pull) => { pull.state = 'queued'; },
  'pull.started': (pull) => Object.assign(pull, { state: 'running', reason: null, message: null }),
  'layer': (pull, data) => {
    pull.state = 'running';
    pull.layers.set(data.layer, layerOf(pull.layers.get(data.layer), data));
  },
  'pull.progress': (pull, data) => {
    const { bytesCurrent, bytesTotal, layersDone, layersTotal, bytesPerSecond, etaSeconds } = data;
    Object.assign(pull, { state: 'running', bytesCurrent, bytesTotal, layersDone, layersTotal, bytesPerSecond, etaSeconds });
    pull.percent = Math.max(pull.percent, data.percent);
  },
  'pull.retrying': (pull, { reason, message, notBefore }) =>
    Object.assign(pull, { state: 'retrying', reason, message, notBefore }),
  'pull.succeeded': (pull, data) => Object.assign(pull, {
    state: 'succeeded', percent: 100, digest: data.digest, previousDigest: data.previousDigest, reason: null, message: null,
    bytesCurrent: data.bytesDownloaded ?? pull.bytesCurrent, queueMillis: data.queueMillis,
    downloadMillis: data.downloadMillis, extractMillis: data.extractMillis,
  }),
  'pull.skipped': (pull, { digest }) => Object.assign(pull, { state: 'skipped', percent: 100, digest }),
  'pull.failed': (pull, { reason, message, hint }) => Object.assign(pull, { state: 'failed', reason, message, hint }),
  'pull.cancelled': (pull, { message }) => Object.assign(pull, { state: 'cancelled', message }),
};

/** A layer with its speed, smoothed over the times that the events carry. */
function layerOf(before, { layer, phase, current, total, seconds, time }) {
  const now = { layer, phase, current, total: total ?? before?.total, seconds };
  if (phase !== 'downloading' || current == null) return now;
  const at = Date.parse(time);
  now.mark = { at, current };
  if (!before?.mark) return now;
  const passed = (at - before.mark.at) / 1000;
  if (passed < 0.2) return Object.assign(now, { mark: before.mark, speed: before.speed });
  const speed = Math.max(0, current - before.mark.current) / passed;
  now.speed = before.speed == null ? speed : 0.6 * before.speed + 0.4 * speed;
  return now;
}
