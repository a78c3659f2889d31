// The one page that sees a token: it sends it once and keeps it nowhere.
const form = document.getElementById('login');
const field = document.getElementById('token');
const problem = document.getElementById('problem');
const button = form.querySelector('button');

/** Where the person came from; never another origin, whatever a link says. */
function wayBack() {
  const next = new URLSearchParams(location.search).get('next') ?? '/';
  return URL.canParse(next, location.origin) && new URL(next, location.origin).origin === location.origin ? next : '/';
}

async function logIn() {
  const response = await fetch('/v1/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: field.value.trim() }),
  });
  if (response.ok) {
    field.value = '';
    location.replace(wayBack());
    return '';
  }
  const said = await response.json().catch(() => ({}));
  return said.detail ?? `The gateway answered with status ${response.status}.`;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  problem.textContent = '';
  try {
    problem.textContent = await logIn();
  } catch {
    problem.textContent = 'The gateway cannot be reached.';
  }
  button.disabled = false;
  if (problem.textContent) {
    field.select();
  }
});
