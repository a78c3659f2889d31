// SPDX-License-Identifier: Apache-2.0
// Starting a job and cancelling one.

import { $, put, show } from './dom.js';
import * as f from './format.js';
import { request } from './http.js';
import { repeats, targeted, targetOf } from './select.js';

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

  /** The same again, to be changed before it is sent. */
  openAgain(job) {
    const images = [...job.columns.values()].map((column) => column.image);
    $('images').value = [...new Set(images)].join('\n');
    $('target').value = [...job.rows.keys()].join(', ');
    $('mode').value = 'all';
    $('project').value = job.project ?? '';
    this.open();
  }

  /** Asks once more for exactly what failed, in as many jobs as that takes. */
  async repeatFailed(job) {
    const jobs = repeats(await request('GET', `v1/pulls/${encodeURIComponent(job.id)}`));
    for (const [done, repeat] of jobs.entries()) {
      const accepted = await request('POST', 'v1/pulls', repeat).catch((error) => {
        throw done ? new Error(`${done} of ${f.plural(jobs.length, 'job')} started, then: ${error.message}`) : error;
      });
      this.started({ ...accepted, images: accepted?.images?.length ? accepted.images : repeat.images });
    }
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
