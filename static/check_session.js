// Tells a relying party whether the sign-in at this browser has changed (Session Management 1.0 §3.2). What the cookie
// holds is no secret: it changes with each sign-in and sign-out, and means nothing by itself.
const cookieName = document.currentScript.dataset.cookie;

function browserState() {
  const start = cookieName + '=';
  const pair = document.cookie.split('; ').find((cookie) => cookie.startsWith(start));
  return pair ? pair.slice(start.length) : '';
}

async function hexOfHash(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function answer(message, origin) {
  const parts = typeof message === 'string' ? message.split(' ') : [];
  const [clientId, sessionState] = parts;
  const [hash, salt, ...more] = (sessionState || '').split('.');
  if (parts.length !== 2 || !clientId || !hash || !salt || more.length > 0) {
    return 'error';
  }
  const expected = await hexOfHash([clientId, origin, browserState(), salt].join(' '));
  return hash === expected ? 'unchanged' : 'changed';
}

window.addEventListener('message', async (event) => {
  if (event.source && event.source !== window && event.origin !== 'null') {
    const told = await answer(event.data, event.origin).catch(() => 'error');
    event.source.postMessage(told, event.origin);
  }
});
