// SPDX-License-Identifier: Apache-2.0
// Requests, and who makes them.

/** Sends a request; an answer that is not good becomes an error in the gateway's own words (RFC 9457). */
export async function request(method, path, body) {
  const headers = body ? { 'Content-Type': 'application/json' } : {};
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) }).catch(() => {
    throw new Error('The gateway does not answer; check that it runs, then try again.');
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  if (response.status === 401) logIn();
  const words = [answer?.detail ?? answer?.title ?? `The gateway answered ${response.status}.`, ...(answer?.reasons ?? [])];
  throw new Error(words.join(' '));
}

function logIn() {
  location.assign(`login.html?next=${encodeURIComponent(location.pathname + location.hash)}`);
}

/** Who is logged in, and what they may. A gateway without authentication does not say; then all is allowed. */
export class Session {
  constructor(changed) {
    this.changed = changed;
  }

  /** Asks; sends to the login page whoever has to log in first. */
  async check() {
    const response = await fetch('v1/session').catch(() => null);
    if (response?.status === 401) return logIn();
    if (!response?.ok) return;
    const { name = null, roles = [] } = (await response.json().catch(() => null)) ?? {};
    const mayPull = !roles.length || roles.some((role) => role === 'enqueue' || role === 'admin');
    this.changed({ name, mayPull });
  }

  async leave() {
    await fetch('v1/session', { method: 'DELETE' }).catch(() => null);
    logIn();
  }
}
