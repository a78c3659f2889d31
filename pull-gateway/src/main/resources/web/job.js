// SPDX-License-Identifier: Apache-2.0
// The page of one job: how far it is, what failed, its matrix, the pull that was chosen, its events.

import { $, attribute, badge, copyable, put, Rows, show, since } from './dom.js';
import * as f from './format.js';
import { drawProblem, jobBar, jobCounts, jobFacts, jobTitle } from './jobs.js';
import { JobLog } from './log.js';
import { Matrix } from './matrix.js';
import { PullPanel } from './pull.js';
import { jobState, problems, summary, has } from './select.js';
import { isOpen, pullOf } from './state.js';

const PROBLEMS_SHOWN = 20;
const LOG_SHOWN = 500;

function drawEntry(row, { time, type, worker, image, text }) {
  put(row.time, f.clock(time));
  row.time.dateTime = time;
  row.time.title = f.absolute(time);
  put(row.where, f.join(worker, image));
  put(row.text, text);
  row.node.dataset.type = type;
}

export class JobPage {
  /** @param opened is told the pull that was chosen, or nothing when the page is to be drawn again */
  constructor(opened) {
    this.matrix = new Matrix(opened);
    this.panel = new PullPanel();
    this.failures = new Rows($('failures'), 't-failure', drawProblem);
    this.log = new Rows($('log'), 't-entry', drawEntry);
    this.events = new JobLog(() => opened());
  }

  /** Nobody looks at it any more. */
  leave() {
    this.events.stop();
  }

  render(state, ui, query, now) {
    const job = state.jobs.get(ui.job);
    show($('job-missing'), !job && !!state.time);
    show($('job-body'), !!job);
    if (!job) return;
    const sum = summary(job);
    this.drawHead(job, sum, ui, now);
    const all = problems(job);
    this.failures.show(all.slice(0, PROBLEMS_SHOWN), (problem) => problem.key, (problem) => problem.version);
    show($('job-failures'), all.length > 0);
    put($('more-failures'), all.length > PROBLEMS_SHOWN ? `and ${f.count(all.length - PROBLEMS_SHOWN)} more kinds: filter by failed below` : '');
    this.drawFilters(sum, ui.pullFilter);
    ui.chosen = ui.chosenPull ? (pullOf(job, ui.chosenWorker, ui.chosenPull) ?? null) : null;
    show($('pulls'), job.rows.size > 0 && job.columns.size > 0);
    attribute($('job-split'), 'data-open', !!ui.chosen);
    this.matrix.render(job, ui, query, now);
    this.panel.render(ui.chosen, now);
    if ($('log-box').open) this.drawLog(job, query);
    else this.events.stop();
  }

  drawHead(job, sum, ui, now) {
    const stamp = `${job.version}/${Math.floor(now / (isOpen(job) ? 1000 : 30_000))}/${ui.cancelling.has(job.id)}/${ui.pausing.has(job.id)}/${ui.mayPull}`;
    if (this.job === job && this.stamp === stamp) return;
    Object.assign(this, { job, stamp });
    put($('job-title'), jobTitle(job));
    badge($('job-badge'), jobState(job));
    put($('job-id'), job.id);
    copyable($('copy-job'), job.id, 'job id');
    since($('job-created'), job.createdAt, now);
    put($('job-facts'), jobFacts(job, sum, now));
    jobBar($('job-bar'), job, sum);
    put($('job-percent'), job.state === 'rejected' ? '' : `${Math.floor(sum.percent)} %`);
    put($('job-text'), jobCounts(job, sum));
    this.drawPause(job, ui);
    const cancelling = ui.cancelling.has(job.id);
    show($('cancel'), isOpen(job) && ui.mayPull);
    show($('again'), !isOpen(job) && ui.mayPull && job.columns.size > 0);
    put($('again'), sum.failed ? 'Pull what failed again' : 'Pull again');
    put($('cancel'), cancelling ? 'Cancelling' : 'Cancel job');
    $('cancel').disabled = cancelling;
    show($('job-message'), !!job.message);
    put($('job-message'), job.message ?? '');
  }

  /** What was asked for is shown when the coordinator has done it. */
  drawPause(job, ui) {
    const paused = job.state === 'paused';
    if (ui.pausing.get(job.id) === paused || !isOpen(job)) ui.pausing.delete(job.id);
    show($('pause'), isOpen(job) && ui.mayPull);
    $('pause').disabled = ui.pausing.has(job.id);
    put($('pause'), $('pause').disabled ? (paused ? 'Resuming' : 'Pausing') : paused ? 'Resume' : 'Pause');
  }

  drawFilters(sum, chosen) {
    for (const button of $('pull-filters').children) {
      const name = button.dataset.filter;
      const count = name ? sum[name] : sum.total;
      put(button.lastElementChild, f.count(count));
      attribute(button, 'aria-pressed', name === chosen);
      show(button, !name || count > 0 || name === chosen);
    }
  }

  drawLog(job, query) {
    this.events.follow(job);
    const wanted = ({ worker, image, text }) => !query.length || has(query, `${worker}\n${image}\n${text}`.toLowerCase());
    const lines = this.events.lines(job).filter(wanted);
    const more = lines.length - LOG_SHOWN;
    show($('log-empty'), !lines.length);
    put($('log-more'), more > 0 ? `and ${f.count(more)} earlier ones: search to find them` : '');
    this.log.show(lines.slice(0, LOG_SHOWN), (entry) => entry.n, () => 0);
  }
}
