// SPDX-License-Identifier: Apache-2.0
// The few things that all views do to the page. Data reaches it as text only, never as markup, and only what changed.

import * as f from './format.js';

export const $ = (id) => document.getElementById(id);

export const put = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

export const show = (node, visible) => {
  if (node.hidden === visible) node.hidden = !visible;
};

export const attribute = (node, name, value) => {
  const text = String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
};

export const stretch = (fill, percent) => (fill.style.transform = `scaleX(${(percent / 100).toFixed(4)})`);

export function badge(node, state) {
  put(node, state);
  attribute(node, 'data-state', state);
}

export function bar(node, { percent, label, tone, text }) {
  attribute(node, 'aria-valuenow', Math.floor(percent));
  attribute(node, 'aria-valuetext', text);
  if (label) attribute(node, 'aria-label', label);
  attribute(node, 'data-tone', tone);
  stretch(node.firstElementChild, percent);
}

/** A relative time in a <time>, the absolute one in its title. */
export function since(node, time, now) {
  put(node, time ? f.ago(time, now) : '');
  if (!time || node.dateTime === time) return;
  node.dateTime = time;
  node.title = f.absolute(time);
}

/** What a button beside an id copies; see `copying`. */
export function copyable(button, text, what) {
  show(button, !!text);
  button.dataset.copy = text ?? '';
  attribute(button, 'aria-label', `Copy ${what}`);
}

/** Makes all buttons with data-copy work, those to come too. Without a secure context there is no clipboard to write to. */
export function copying(told) {
  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('[data-copy]');
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return told(`This browser does not let the page copy. It is: ${button.dataset.copy}`);
    }
    button.dataset.copied = '';
    setTimeout(() => delete button.dataset.copied, 1500);
    told('Copied.');
  });
}

/** A row made from a template: its node, and each part by its data-f. */
export function cloned(template) {
  const node = template.content.firstElementChild.cloneNode(true);
  const row = { node };
  for (const part of node.querySelectorAll('[data-f]')) row[part.dataset.f] = part;
  return row;
}

/** Puts nodes in order with as few moves as possible; whoever had the focus keeps it. */
export function arrange(parent, nodes) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  let next = parent.firstElementChild;
  for (const node of nodes) {
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
  }
  if (focused && document.activeElement !== focused && parent.contains(focused)) focused.focus({ preventScroll: true });
}

/** A list of rows made from a template, kept in the order of its items; rows stay where their keys stay. */
export class Rows {
  constructor(parent, template, draw) {
    Object.assign(this, { parent, template: $(template), draw, rows: new Map() });
  }

  /** @param stampOf what a row shows, as one comparable value; an equal stamp leaves the row alone */
  show(items, keyOf, stampOf) {
    const before = this.rows;
    this.rows = new Map();
    for (const item of items) {
      const key = keyOf(item);
      const row = before.get(key) ?? cloned(this.template);
      before.delete(key);
      this.rows.set(key, row);
      const stamp = stampOf(item);
      if (row.stamp === stamp) continue;
      row.stamp = stamp;
      this.draw(row, item);
    }
    for (const gone of before.values()) gone.node.remove();
    arrange(this.parent, [...this.rows.values()].map((row) => row.node));
  }
}
