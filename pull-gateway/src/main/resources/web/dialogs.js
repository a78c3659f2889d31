// SPDX-License-Identifier: Apache-2.0
// Starting a job and cancelling one.

import { $, put, show } from './dom.js';
import * as f from './format.js';
import { request } from './http.js';
import { targeted, targetOf } from './select.js';
import { eachPull } from './state.js';

const WORKERS_NAMED = 4;

/** The form to start a job. */
export class StartDialog {
  /** @param started is told the job as the gateway answered */
  constructor(workers, started) {
    Object.assign(this, { workers, started });
    $('new').addEventListener('click', () => this.open());
    $('new-close').addEventListener('click', () => $('new-dialog').close());
    $('new-form').addEventListener('submit', (event) => this.submit(event));
    $('target').addEventListener('input', () => this.preview());
    $('mode').addEventListener('change', () => this.preview());
    $('images').addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) $('new-form').requestSubmit();
    });
  }

  open() {
    if ($('new-dialog').open) return;
    this.refuse('');
    this.preview();
    $('new-dialog').showModal();
  }

  /** The same again, or what of it failed. */
  openAgain(job) {
    const failed = [];
    eachPull(job, (pull) => pull.state === 'failed' && failed.push(pull));
    const images = failed.length ? failed.map((pull) => pull.image) : [...job.columns.values()].map((column) => column.image);
    const workers = failed.length ? failed.map((pull) => pull.worker) : [...job.rows.keys()];
    $('images').value = [...new Set(images)].join('\n');
    $('target').value = [...new Set(workers)].join(', ');
    $('mode').value = 'all';
    $('project').value = job.project ?? '';
    this.open();
  }

  target() {
    return targetOf($('mode').value, $('target').value);
  }

  /** Says before it is sent whom the job would reach. */
  preview() {
    const target = this.target();
    const names = targeted(this.workers().values(), target).map((worker) => worker.worker);
    const more = names.length - WORKERS_NAMED;
    const list = names.slice(0, WORKERS_NAMED).join(', ') + (more > 0 ? ` and ${f.count(more)} more` : '');
    const whom = target.mode === 'any' && names.length > 1 ? `one of ${f.plural(names.length, 'worker')}` : f.plural(names.length, 'worker');
    put($('target-preview'), names.length ? `Reaches ${whom}: ${list}` : 'No live worker matches now; the job fails unless one appears.');
  }

  refuse(text) {
    show($('new-error'), !!text);
    put($('new-error'), text);
  }

  async submit(event) {
    event.preventDefault();
    const images = $('images').value.split(/[\s,]+/).filter(Boolean);
    if (!images.length) return this.refuse('Name at least one image.');
    this.refuse('');
    $('new-send').disabled = true;
    try {
      const job = { images, target: this.target() };
      if ($('always').checked) job.pullPolicy = 'Always';
      if ($('project').value.trim()) job.project = $('project').value.trim();
      const accepted = await request('POST', 'v1/pulls', job);
      $('new-dialog').close();
      $('images').value = '';
      this.started({ ...accepted, images: accepted?.images?.length ? accepted.images : images.map((image) => ({ image })) });
    } catch (error) {
      this.refuse(error.message);
    } finally {
      $('new-send').disabled = false;
    }
  }
}

/** Asks, then calls `confirmed`. */
export function cancelDialog(confirmed) {
  $('cancel').addEventListener('click', () => {
    $('cancel-dialog').returnValue = '';
    $('cancel-dialog').showModal();
  });
  $('cancel-dialog').addEventListener('close', () => $('cancel-dialog').returnValue === 'cancel' && confirmed());
}
