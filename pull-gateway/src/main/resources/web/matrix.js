// SPDX-License-Identifier: Apache-2.0
// One job as a grid: workers down, images across, a bar in each cell. Rows in view are in the page, and at most
// COLUMNS columns, so that a job of any size costs the same. Arrow keys walk it, Enter opens a cell (WAI-ARIA grid).

import { $, attribute, put, show, stretch } from './dom.js';
import * as f from './format.js';
import { matrixOf, pullMatches } from './select.js';
import { pullOf } from './state.js';
import { TONES } from './jobs.js';
import { VirtualRows } from './virtual.js';

const COLUMNS = 20;
const SETTLE_MILLIS = 250; // at most as often the rows of a large job are sorted again
const LARGE = 500;
const WIDE = 230; // pixels from which a cell has room for a sentence
const ROOMY = 150; // for a word and a speed
const MIDDLE = 76; // for a word

const nameOf = (line) => (typeof line === 'string' ? line : line.image);
const keyOf = (line) => (typeof line === 'string' ? line : line.pull);

export class Matrix {
  /** @param opened is told the pull that was chosen */
  constructor(opened) {
    Object.assign(this, { opened, first: 0, active: null, lines: [], columns: [], heads: [] });
    this.grid = $('matrix');
    this.rows = new VirtualRows(this.grid, $('matrix-body'), () => this.makeRow(), (row, line, index) => this.drawRow(row, line, index));
    this.grid.addEventListener('keydown', (event) => this.key(event));
    this.grid.addEventListener('click', (event) => this.click(event));
    this.grid.addEventListener('focusin', (event) => this.follow(event.target.closest('[role=gridcell]')));
    new ResizeObserver(() => {
      this.width = this.grid.clientWidth - $('matrix-head').firstElementChild.offsetWidth;
      this.least = parseFloat(getComputedStyle(this.grid).getPropertyValue('--cell'));
      this.size();
    }).observe(this.grid);
    $('columns-back').addEventListener('click', () => this.turn(-1));
    $('columns-on').addEventListener('click', () => this.turn(1));
  }

  render(job, ui, query, now) {
    Object.assign(this, { query, filter: ui.pullFilter, chosen: ui.chosen });
    const look = `${job.id}/${ui.query}/${ui.pullFilter}/${this.first}`;
    const settled = job.rows.size < LARGE || now - this.sortedAt > SETTLE_MILLIS;
    if (this.look !== look || this.job !== job || (this.shape !== job.shape && settled)) {
      if (this.job?.id !== job.id) Object.assign(this, { first: 0, active: null });
      Object.assign(this, { look, job, shape: job.shape, sortedAt: now });
      this.lay();
    }
    this.rows.show(this.lines, keyOf, this.active ? this.lines.findIndex((line) => keyOf(line) === this.active.line) : -1);
  }

  /** Many images on few workers stand the other way round: what there is more of goes down. */
  lay() {
    const { workers, images } = matrixOf(this.job, this.query, this.filter);
    this.turned = images.length > COLUMNS && images.length > workers.length;
    this.lines = this.turned ? images : workers;
    this.across = this.turned ? workers : images;
    if (this.first >= this.across.length) this.first = 0;
    this.columns = this.across.slice(this.first, this.first + COLUMNS);
    show(this.grid, this.lines.length > 0);
    show($('matrix-empty'), !this.lines.length);
    attribute(this.grid, 'aria-rowcount', this.lines.length + 1);
    attribute(this.grid, 'aria-colcount', this.across.length + 1);
    this.grid.style.setProperty('--columns', this.columns.length);
    this.drawHead();
    this.drawPager();
    this.size();
    const known = this.active && this.lines.some((line) => keyOf(line) === this.active.line) && this.active.column < this.columns.length;
    if (!known) this.active = this.lines.length ? { line: keyOf(this.lines[0]), column: 0 } : null;
  }

  drawHead() {
    const head = $('matrix-head');
    put(head.firstElementChild, this.turned ? 'Image' : 'Worker');
    while (head.children.length > this.columns.length + 1) head.lastElementChild.remove();
    this.columns.forEach((column, i) => {
      const cell = head.children[i + 1] ?? head.appendChild(document.createElement('div'));
      attribute(cell, 'role', 'columnheader');
      attribute(cell, 'aria-colindex', this.first + i + 2);
      put(cell, this.turned ? column : f.shortImage(column.image));
      cell.title = f.join(nameOf(column), column.platform);
    });
  }

  drawPager() {
    const { length } = this.across;
    show($('columns-pager'), length > COLUMNS);
    const last = Math.min(length, this.first + COLUMNS);
    put($('columns-shown'), `${this.turned ? 'Workers' : 'Images'} ${this.first + 1} to ${last} of ${f.count(length)}`);
    $('columns-back').disabled = this.first === 0;
    $('columns-on').disabled = last >= length;
  }

  turn(by) {
    this.first = Math.max(0, this.first + by * COLUMNS);
    this.opened(); // only to be drawn again
  }

  /** How much a cell can say. */
  size() {
    if (!this.columns.length || !this.width) return;
    const width = Math.max(this.least, this.width / this.columns.length);
    const room = width >= WIDE ? 'wide' : width >= ROOMY ? 'roomy' : width >= MIDDLE ? 'middle' : 'small';
    if (this.room === room) return;
    this.room = room;
    this.rows.refresh();
  }

  makeRow() {
    const node = document.createElement('div');
    node.setAttribute('role', 'row');
    node.className = 'row';
    const name = node.appendChild(document.createElement('div'));
    name.setAttribute('role', 'rowheader');
    return { node, name, cells: [] };
  }

  drawRow(row, line) {
    const key = keyOf(line);
    if (row.key !== key) {
      row.key = row.node.dataset.key = key;
      put(row.name, this.turned ? f.shortImage(line.image) : line);
      row.name.title = nameOf(line);
    }
    while (row.cells.length < this.columns.length) row.cells.push(this.makeCell(row.node, row.cells.length));
    while (row.cells.length > this.columns.length) row.cells.pop().node.remove();
    this.columns.forEach((column, i) => {
      const pull = this.turned ? pullOf(this.job, column, line.pull) : pullOf(this.job, line, column.pull);
      this.drawCell(row.cells[i], pull, this.active?.line === key && this.active.column === i, i);
    });
  }

  makeCell(parent, column) {
    const node = parent.appendChild(document.createElement('div'));
    node.setAttribute('role', 'gridcell');
    node.dataset.column = column;
    const text = node.appendChild(document.createElement('span'));
    const track = node.appendChild(document.createElement('u'));
    return { node, text, fill: track.appendChild(document.createElement('i')) };
  }

  drawCell(cell, pull, active, i) {
    const chosen = !!pull && pull === this.chosen;
    const dim = !pull || !pullMatches(this.query, this.filter, pull);
    const stamp = `${pull?.version}/${active}/${chosen}/${dim}/${this.room}/${this.first}`;
    if (cell.pull === pull && cell.stamp === stamp) return;
    Object.assign(cell, { pull, stamp });
    attribute(cell.node, 'tabindex', active ? 0 : -1);
    attribute(cell.node, 'aria-colindex', this.first + i + 2);
    attribute(cell.node, 'aria-selected', chosen);
    attribute(cell.node, 'data-state', pull?.state ?? 'none');
    attribute(cell.node, 'data-dim', dim);
    if (!pull) return put(cell.text, '');
    const text = f.pullText(pull, Date.now());
    put(cell.text, this.words(pull, text));
    attribute(cell.node, 'aria-label', `${pull.image} on ${pull.worker}: ${f.join(pull.state, `${Math.floor(pull.percent)} %`, text)}`);
    attribute(cell.node, 'data-tone', TONES[pull.state] ?? 'active');
    stretch(cell.fill, pull.state === 'failed' ? 100 : pull.percent);
  }

  words(pull, text) {
    const word = f.pullWord(pull);
    switch (this.room) {
      case 'wide':
        return f.join(word, pull.state === 'failed' || pull.state === 'retrying' ? pull.message : text);
      case 'roomy':
        return f.join(word, pull.bytesPerSecond ? `${f.bytes(pull.bytesPerSecond)}/s` : '');
      case 'middle':
        return word;
    }
    return f.pullSign(pull);
  }

  follow(cell) {
    if (!cell) return;
    const line = cell.parentElement.dataset.key;
    const column = Number(cell.dataset.column);
    if (this.active?.line === line && this.active.column === column) return;
    this.active = { line, column };
    this.opened();
  }

  click(event) {
    const cell = event.target.closest('[role=gridcell]');
    if (!cell) return;
    cell.focus({ preventScroll: true });
    this.follow(cell);
    this.choose();
  }

  choose() {
    const line = this.lines.find((one) => keyOf(one) === this.active?.line);
    const column = this.columns[this.active?.column];
    if (!line || !column) return;
    const pull = this.turned ? pullOf(this.job, column, line.pull) : pullOf(this.job, line, column.pull);
    if (pull) this.opened(pull);
  }

  key(event) {
    if (!this.active || !event.target.matches('[role=gridcell]') || event.altKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') this.choose();
    else if (!this.walk(event)) return;
    event.preventDefault();
  }

  walk({ key, ctrlKey }) {
    const line = this.lines.findIndex((one) => keyOf(one) === this.active.line);
    const { column } = this.active;
    const end = this.columns.length - 1;
    const bottom = this.lines.length - 1;
    const steps = {
      ArrowDown: [line + 1, column], ArrowUp: [line - 1, column], ArrowRight: [line, column + 1], ArrowLeft: [line, column - 1],
      PageDown: [line + this.rows.page, column], PageUp: [line - this.rows.page, column],
      Home: [ctrlKey ? 0 : line, 0], End: [ctrlKey ? bottom : line, end],
    };
    const to = steps[key];
    if (!to) return false;
    this.moveTo(Math.max(0, Math.min(bottom, to[0])), Math.max(0, Math.min(end, to[1])));
    return true;
  }

  moveTo(line, column) {
    this.active = { line: keyOf(this.lines[line]), column };
    this.rows.reveal(line);
    this.rows.show(this.lines, keyOf, line);
    this.focus();
  }

  /** Back to the cell that was left. */
  focus() {
    this.rows.rows.get(this.active?.line)?.cells[this.active.column]?.node.focus({ preventScroll: false });
  }
}
