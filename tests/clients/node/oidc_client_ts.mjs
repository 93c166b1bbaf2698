// The npm package oidc-client-ts in Chromium: a page whose script is the client, without a server of its own.
// It is served at another port of the issuer's host. The frames that renew a sign-in and watch it send the issuer's
// cookies, which browsers keep from the frames of another site.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

import { comeHome, withChromium } from '../driver/chromium.mjs';
import { Deployment } from '../driver/deployment.mjs';
import { holds, run, same, skip } from './checks.mjs';

const require = createRequire(import.meta.url);
const LIBRARY = readFileSync(require.resolve('oidc-client-ts').replace(/dist.*/, 'dist/browser/oidc-client-ts.min.js'));

const { values: options } = parseArgs({ options: { target: { type: 'string' }, 'demo-json': { type: 'string' } } });
const watches = options.target !== 'control';

/** The page: it finishes what the issuer answers, in the window or in a frame, and notes what the library says. */
function page({ issuer, client_id, redirect_uris: [home] }) {
  const settings = {
    authority: issuer,
    client_id,
    redirect_uri: home,
    silent_redirect_uri: home,
    post_logout_redirect_uri: home,
    scope: 'openid',
    loadUserInfo: true,
    automaticSilentRenew: false,
    monitorSession: watches,
    checkSessionIntervalInSeconds: 1,
  };
  return `<!doctype html><html lang="en"><title>Application</title>
<script src="/library.js"></script>
<script>
const settings = ${JSON.stringify(settings)};
const inFrame = window !== window.parent;
window.manager = new oidc.UserManager({ ...settings, monitorSession: settings.monitorSession && !inFrame });
window.signedOut = 0;
manager.events.addUserSignedOut(() => { window.signedOut += 1; });
const asked = new URLSearchParams(location.search);
window.answered = (async () => {
  if (asked.has('code') || asked.has('error')) await manager.signinCallback();
  else if (asked.has('state')) await manager.signoutCallback();
  else return 'nothing';
  return 'answered';
})().catch((error) => String(error));
</script>`;
}

/** Serves the page while `use` is given a browser that trusts it. */
async function withPage(deployment, use) {
  const registered = deployment.client('single-page');
  const shown = page({ ...registered, issuer: deployment.issuer });
  const tls = { cert: readFileSync(registered.cert), key: readFileSync(registered.key) };
  const server = createServer(tls, (request, response) => {
    const isLibrary = request.url === '/library.js';
    response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isLibrary ? LIBRARY : shown);
  });
  await new Promise((listening) => server.listen(registered.port, '127.0.0.1', listening));
  try {
    await withChromium((context) => use(context, registered.redirect_uris[0]));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Answers the issuer's pages until the tab is at the application again, and what it was told is dealt with. */
async function beAnswered(tab, home, user) {
  await comeHome(tab, home, user);
  same(await tab.evaluate(() => globalThis.answered), 'answered', 'what the library says of the answer');
}

/** Lets the page leave for the issuer by a method of the library, which sends a state back with the person. */
async function leave(tab, method) {
  await Promise.all([
    tab.waitForEvent('load'),
    tab.evaluate((name) => void globalThis.manager[name]({ state: 'here' }), method),
  ]);
}

/** Signs in at the page in a new tab. */
async function signIn(context, home, user) {
  const tab = await context.newPage();
  await tab.goto(home);
  await leave(tab, 'signinRedirect');
  await beAnswered(tab, home, user);
  return tab;
}

/** Who is signed in at a page, as the library knows it; null for nobody. */
const known = (tab) => tab.evaluate(() => globalThis.manager.getUser().then((user) => user && { ...user }));

/** Renews silently; returns what is known then, or the error's code. */
function renew(tab, how = {}) {
  return tab.evaluate(
    (given) =>
      globalThis.manager.signinSilent(given).then(
        (user) => ({ ...user }),
        (error) => ({ error: error.error ?? String(error) }),
      ),
    how,
  );
}

/** What the frame that watches the sign-in answers to each of these messages of the page (Session Management 1.0 §3.2). */
function answersOfFrame(tab, messages) {
  return tab.evaluate(async (sent) => {
    const address = await globalThis.manager.metadataService.getCheckSessionIframe();
    const frame = document.createElement('iframe');
    frame.src = address;
    const loaded = new Promise((done) => frame.addEventListener('load', done));
    document.body.append(frame);
    await loaded;
    const ask = (message) =>
      new Promise((done) => {
        const hear = (event) => {
          if (event.source !== frame.contentWindow) return;
          window.removeEventListener('message', hear);
          done(event.data);
        };
        window.addEventListener('message', hear);
        frame.contentWindow.postMessage(message, new URL(address).origin);
      });
    const answers = [];
    for (const message of sent) answers.push(await ask(message));
    frame.remove();
    return answers;
  }, messages);
}

/** What the checks leave to those after them. */
let stage;
const staged = (check) => (surroundings) => check({ ...stage, user: surroundings.deployment.user });

const checks = [
  [
    'a page signs a person in by code and PKCE, and reads the user info',
    staged(async ({ context, home, user }) => {
      stage.tab = await signIn(context, home, user);
      const signedIn = await known(stage.tab);
      holds(signedIn?.profile.sub, 'nobody is signed in');
      same(signedIn.scope, 'openid', 'scope');
      stage.sub = signedIn.profile.sub;
    }),
  ],
  [
    'a frame renews the sign-in without a word (prompt=none)',
    staged(async ({ tab, sub }) => {
      const before = await known(tab);
      const after = await renew(tab, { forceIframeAuth: true });
      same(after.error, undefined, 'error');
      same(after.profile.sub, sub, 'sub');
      holds(after.access_token !== before.access_token, 'the access token is the old one');
    }),
  ],
  [
    'a refresh token renews the sign-in, and is another afterwards',
    staged(async ({ tab, sub }) => {
      const before = await known(tab);
      holds(before.refresh_token, 'there is no refresh token');
      const after = await renew(tab);
      same(after.error, undefined, 'error');
      same(after.profile.sub, sub, 'sub');
      holds(after.access_token !== before.access_token, 'the access token is the old one');
      holds(after.refresh_token !== before.refresh_token, 'the refresh token is the old one');
    }),
  ],
  [
    'the frame that watches the sign-in knows its state, another one, and what is none (SM-02)',
    staged(async ({ tab, client }) => {
      if (!watches) skip('oidc-provider has no check_session_iframe');
      const { session_state: state } = await known(tab);
      const [hash, salt] = state.split('.');
      const [good, others, none] = [
        [`${client} ${state}`],
        [`${client}x ${state}`, `${client} ${hash}.${salt}x`, `${client} x.${salt}`],
        ['', ' ', 'x', client, `${client} `, ` ${state}`, `${client} ${hash}`, `${client} ${hash}.`, `${client} .${salt}`,
          `${client} ${state}.x`, `${client} ${state} x`, `${client}  ${state}`, null, 7, {}, [client, state]],
      ];
      const answers = await answersOfFrame(tab, [...good, ...others, ...none]);
      same(answers[0], 'unchanged', 'the answer to the page\'s own state');
      others.forEach((message, at) => same(answers[1 + at], 'changed', `the answer to ${message}`));
      none.forEach((message, at) => same(answers[4 + at], 'error', `the answer to ${JSON.stringify(message)}`));
    }),
  ],
  [
    'a page signs the person out and is where it said; nothing renews the sign-in elsewhere',
    staged(async ({ context, home, user, tab }) => {
      const other = await signIn(context, home, user);
      same(await tab.evaluate(() => globalThis.signedOut), 0, 'sign-outs told before there was one');
      await leave(other, 'signoutRedirect');
      await beAnswered(other, home, user);
      same(await known(other), null, 'who is signed in');
      same((await renew(tab, { forceIframeAuth: true })).error, 'login_required', 'error');
    }),
  ],
  [
    'the session monitor tells the other tab of the sign-out',
    staged(async ({ tab }) => {
      if (!watches) skip('oidc-provider has no check_session_iframe');
      await tab.waitForFunction(() => globalThis.signedOut > 0);
      same(await tab.evaluate(() => globalThis.signedOut), 1, 'sign-outs told');
    }),
  ],
];

const deployment = Deployment.read(options['demo-json']);
await withPage(deployment, async (context, home) => {
  stage = { context, home, client: deployment.client('single-page').client_id };
  await run('oidc-client-ts', checks);
});
