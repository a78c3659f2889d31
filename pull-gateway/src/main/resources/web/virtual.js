// SPDX-License-Identifier: Apache-2.0
// A list of rows of equal height of which only those in view are in the page.

import { arrange, attribute } from './dom.js';

const BEYOND = 6; // rows before and after the view, so that scrolling and tabbing find the next one

export class VirtualRows {
  /**
   * @param scroller what scrolls; its style sheet says `--row`, a row's height in pixels
   * @param body holds the rows and is as high as all of them
   * @param make () → a row, an object with a `node`
   * @param draw (row, item, index) draws a row; called for each row in view each time, so it compares by itself
   */
  constructor(scroller, body, make, draw) {
    Object.assign(this, { scroller, body, make, draw, rows: new Map(), spare: [], items: [], keyOf: null, pinned: -1, top: 0 });
    scroller.addEventListener('scroll', () => this.refresh(), { passive: true });
    new ResizeObserver(() => this.measure()).observe(scroller);
  }

  /** @param pinned index of an item that stays in the page wherever the view is, so that it keeps the focus */
  show(items, keyOf, pinned = -1) {
    Object.assign(this, { items, keyOf, pinned });
    this.draws();
  }

  measure() {
    this.height = this.scroller.clientHeight;
    this.top = this.scroller.scrollTop;
    this.rowHeight = parseFloat(getComputedStyle(this.scroller).getPropertyValue('--row'));
    this.draws();
  }

  refresh() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.top = this.scroller.scrollTop; // kept, because reading it amid changes costs a layout
      this.draws();
    });
  }

  /** Scrolls as little as needed for an item to be in view. */
  reveal(index) {
    const top = index * this.rowHeight;
    const { scrollTop } = this.scroller;
    const view = this.scroller.clientHeight - this.body.offsetTop;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + this.rowHeight > scrollTop + view) this.scroller.scrollTop = top + this.rowHeight - view;
    this.top = this.scroller.scrollTop;
  }

  /** How many rows are in view. */
  get page() {
    return Math.max(1, Math.floor((this.scroller.clientHeight - this.body.offsetTop) / this.rowHeight) - 1);
  }

  draws() {
    if (!this.keyOf) return;
    if (!this.rowHeight) return this.measure();
    const { items, rowHeight } = this;
    if (this.total !== items.length * rowHeight) this.body.style.height = `${(this.total = items.length * rowHeight)}px`;
    if (!this.height) return; // hidden; or empty until now, then its size changes and this is called again
    const first = Math.max(0, Math.floor(this.top / rowHeight) - BEYOND);
    const last = Math.min(items.length, first + Math.ceil(this.height / rowHeight) + 2 * BEYOND);
    const wanted = [];
    for (let i = first; i < last; i++) wanted.push(i);
    if (this.pinned >= 0 && this.pinned < items.length && (this.pinned < first || this.pinned >= last)) {
      if (this.pinned < first) wanted.unshift(this.pinned);
      else wanted.push(this.pinned);
    }
    this.place(wanted);
  }

  place(wanted) {
    const before = this.rows;
    this.rows = new Map();
    for (const i of wanted) {
      const key = this.keyOf(this.items[i]);
      const row = before.get(key);
      if (row) before.delete(key);
      this.rows.set(key, row ?? null);
    }
    for (const row of before.values()) {
      row.node.remove();
      this.spare.push(row);
    }
    let at = 0;
    for (const [key, known] of this.rows) {
      const index = wanted[at++];
      const row = known ?? this.spare.pop() ?? this.make();
      if (!known) this.rows.set(key, row);
      if (row.top !== index * this.rowHeight) row.node.style.transform = `translateY(${(row.top = index * this.rowHeight)}px)`;
      attribute(row.node, 'aria-rowindex', index + 2); // the first is the header
      this.draw(row, this.items[index], index);
    }
    arrange(this.body, [...this.rows.values()].map((row) => row.node));
    this.spare.length = Math.min(this.spare.length, 2 * BEYOND);
  }
}
