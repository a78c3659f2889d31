// SPDX-License-Identifier: Apache-2.0
// One image on one worker, with each layer: the panel beside the matrix.

import { $, attribute, badge, bar, copyable, put, Rows, show, since, stretch } from './dom.js';
import * as f from './format.js';
import { isTerminal } from './pulls.js';
import { TONES } from './jobs.js';

const millis = (value) => (value ? f.duration(value / 1000) : '');

/** Two ways over the bar, down and unpacked, and one number for both. */
function drawLayer(row, layer) {
  const { phase, current, total } = layer;
  const share = total && current != null ? Math.min(100, (100 * current) / total) : 0;
  const final = phase === 'complete' || phase === 'cached';
  const arrived = final || phase === 'verifying' || phase === 'downloaded' || phase === 'extracting';
  const percent = arrived ? 100 : phase === 'downloading' ? share : 0;
  const unpacked = final ? 100 : phase === 'extracting' ? share : 0;
  const text = f.layerText(layer);
  put(row.name, layer.layer);
  put(row.phase, phase);
  put(row.text, text);
  bar(row.bar, { percent, label: `Layer ${layer.layer}`, tone: phase === 'cached' ? 'quiet' : 'active', text: f.join(phase, text) });
  attribute(row.bar, 'aria-valuenow', Math.floor((percent + unpacked) / 2));
  stretch(row.bar.lastElementChild, unpacked);
}

export class PullPanel {
  constructor() {
    this.layers = new Rows($('layers'), 't-layer', drawLayer);
  }

  /** @param pull null closes it */
  render(pull, now) {
    show($('pull'), !!pull);
    if (!pull) return;
    const stamp = `${pull.version}/${Math.floor(now / 1000)}`;
    if (this.pull === pull && this.stamp === stamp) return;
    Object.assign(this, { pull, stamp });
    const text = f.pullText(pull, now);
    const percent = `${Math.floor(pull.percent)} %`;
    put($('pull-image'), pull.image);
    put($('pull-worker'), pull.worker);
    $('pull-worker').href = `#/workers/${encodeURIComponent(pull.worker)}`;
    badge($('pull-badge'), pull.state);
    put($('pull-percent'), percent);
    bar($('pull-bar'), { percent: pull.percent, label: `${pull.image} on ${pull.worker}`, tone: TONES[pull.state] ?? 'active', text: f.join(pull.state, percent, text) });
    put($('pull-text'), pull.state === 'failed' ? '' : text);
    this.drawFailure(pull);
    this.drawFacts(pull, now);
    const layers = [...pull.layers.values()];
    put($('layers-title'), layers.length ? `Layers (${layers.filter((l) => l.phase === 'complete' || l.phase === 'cached').length} of ${layers.length} there)` : 'Layers');
    show($('no-layers'), !layers.length);
    put($('no-layers'), isTerminal(pull) ? 'None were reported.' : 'None reported yet.');
    this.layers.show(layers, (layer) => layer.layer, (layer) => layer);
  }

  drawFailure({ state, reason, message, hint }) {
    show($('pull-failure'), state === 'failed');
    put($('pull-reason'), reason ?? '');
    put($('pull-message'), message ?? '');
    put($('pull-hint'), hint ?? '');
  }

  drawFacts(pull, now) {
    put($('pull-reference'), f.join(pull.reference, pull.platform));
    copyable($('copy-reference'), pull.reference, 'reference');
    put($('pull-digest'), pull.digest ? f.shortDigest(pull.digest) : '–');
    $('pull-digest').title = pull.digest ?? '';
    copyable($('copy-digest'), pull.digest, 'digest');
    put($('pull-attempt'), String(pull.attempt || '–'));
    const times = [['queue', pull.queueMillis], ['download', pull.downloadMillis], ['unpacking', pull.extractMillis]];
    put($('pull-times'), f.join(times.map(([name, value]) => (value ? `${name} ${millis(value)}` : ''))) || '–');
    since($('pull-updated'), pull.updatedAt, now);
  }
}
