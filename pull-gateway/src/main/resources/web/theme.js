// SPDX-License-Identifier: Apache-2.0
// Light, dark, or as the system says; kept in this browser.

import { $, attribute, put } from './dom.js';

const KEY = 'pullcast-theme';
const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };
const SIGNS = { auto: '◐', light: '☀', dark: '☾' };

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // a browser that keeps nothing
  }
}

function keep(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch { /* it holds until the page is closed */ }
}

function wear(theme) {
  document.documentElement.dataset.theme = theme;
  put($('theme').firstElementChild, SIGNS[theme]);
  attribute($('theme'), 'aria-label', `Colours: ${theme}`);
  attribute($('theme'), 'title', `Colours: ${theme === 'auto' ? 'as the system says' : theme}`);
}

/** Wears what was chosen last, and makes the button work. */
export function themes() {
  wear(NEXT[stored()] ? stored() : 'auto');
  $('theme').addEventListener('click', () => {
    const theme = NEXT[document.documentElement.dataset.theme];
    keep(theme);
    wear(theme);
  });
}
