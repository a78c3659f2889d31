// SPDX-License-Identifier: Apache-2.0
// What one event does to one pull: the same as the gateway's PullState and the command line's Board; one table of cases
// (folds.json of the tests) holds all three to it. No DOM, no clock, no network.

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
}

/** What was said of another state does not hold in this one. */
function enter(pull, state, fields) {
  Object.assign(pull, { state, reason: null, message: null, notBefore: null }, fields);
  if (state !== 'running') pull.bytesPerSecond = pull.etaSeconds = null;
}

const CHANGES = {
  'pull.queued': (pull) => enter(pull, 'queued'),
  'pull.started': (pull) => enter(pull, 'running', { layers: new Map() }),
  'layer': (pull, data) => {
    enter(pull, 'running');
    pull.layers.set(data.layer, layerOf(pull.layers.get(data.layer), data));
  },
  'pull.progress': (pull, data) => {
    const { bytesCurrent, bytesTotal, layersDone, layersTotal, bytesPerSecond, etaSeconds } = data;
    enter(pull, 'running', { bytesCurrent, bytesTotal, layersDone, layersTotal, bytesPerSecond, etaSeconds });
    pull.percent = Math.max(pull.percent, data.percent);
  },
  'pull.retrying': (pull, { reason, message, notBefore }) => enter(pull, 'retrying', { reason, message, notBefore }),
  'pull.succeeded': (pull, data) => {
    const { digest, previousDigest, layersCached, layersDownloaded, queueMillis, downloadMillis, extractMillis } = data;
    // Older workers wrote 0 for what is not known.
    const known = data.bytesDownloaded || (data.bytesDownloaded === 0 && !layersDownloaded);
    enter(pull, 'succeeded', {
      percent: 100, digest, previousDigest, layersCached, layersDownloaded, queueMillis, downloadMillis, extractMillis,
      bytesCurrent: known ? data.bytesDownloaded : pull.bytesCurrent, bytesTotal: known ? data.bytesDownloaded : null,
    });
  },
  'pull.skipped': (pull, { digest }) => enter(pull, 'skipped', { percent: 100, digest }),
  'pull.failed': (pull, { reason, message, hint }) => enter(pull, 'failed', { reason, message, hint }),
  'pull.cancelled': (pull, { message }) => enter(pull, 'cancelled', { message }),
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
