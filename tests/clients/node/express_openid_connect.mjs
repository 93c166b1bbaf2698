// The npm package express-openid-connect: an application whose users are signed out when the issuer says so.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

import express from 'express';
import openid from 'express-openid-connect';

import { holds, run, same } from './checks.mjs';

const PATIENCE_MS = 30_000;

/** What the application remembers of logouts, as its library stores it. */
class Memory {
  #kept = new Map();

  get(id, done) {
    done(null, this.#kept.get(id));
  }
  set(id, session, done) {
    this.#kept.set(id, session);
    done(null);
  }
  destroy(id, done) {
    this.#kept.delete(id);
    done(null);
  }
}

/** Runs the application while `use` is given its address, and the answers it gave to the back channel. */
async function withApplication({ issuer }, registered, use) {
  const { client_id: clientID, client_secret: clientSecret, cert, key, port } = registered;
  const baseURL = `https://localhost:${port}`;
  const answered = [];
  const application = express();
  application.use('/backchannel-logout', (_request, response, next) => {
    response.on('finish', () => answered.push(response.statusCode));
    next();
  });
  application.use(
    openid.auth({
      baseURL,
      issuerBaseURL: issuer,
      clientID,
      clientSecret,
      clientAuthMethod: 'client_secret_basic',
      idTokenSigningAlg: 'ES256',
      secret: randomBytes(32).toString('hex'),
      authRequired: false,
      authorizationParams: { response_type: 'code', scope: 'openid' },
      backchannelLogout: { store: new Memory() },
    }),
  );
  application.get('/', ({ oidc }, response) => response.send(oidc.isAuthenticated() ? `user ${oidc.user.sub}` : 'nobody'));
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, application);
  await new Promise((listening) => server.listen(port, '127.0.0.1', listening));
  try {
    return await use(baseURL, answered);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Returns what the application's page says to the person. */
async function shownAt(surroundings, url) {
  const cookie = await surroundings.browser.jar.getCookieString(url);
  return (await fetch(url, { headers: { cookie } })).text();
}

/** Posts a logout token to the application; returns the status. */
async function post(baseURL, logout_token) {
  const response = await fetch(`${baseURL}/backchannel-logout`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token }),
  });
  return response.status;
}

const checks = [
  [
    'who signs out at the issuer is signed out of the application by the back channel',
    (surroundings) => {
      const { deployment } = surroundings;
      return withApplication(deployment, deployment.client('application'), async (baseURL, answered) => {
        await surroundings.visit(`${baseURL}/login`);
        const signedIn = await shownAt(surroundings, baseURL);
        holds(signedIn.startsWith('user '), `after sign-in: ${signedIn}`);

        const found = await fetch(`${deployment.issuer}/.well-known/openid-configuration`);
        await surroundings.visit((await found.json()).end_session_endpoint);
        // The application has a session of its own, which nothing in this browser has ended.
        for (const end = Date.now() + PATIENCE_MS; answered.length === 0; await sleep(100)) {
          holds(Date.now() < end, 'nothing came by the back channel');
        }
        same(answered.join(), '204', 'what the library made of the logout token');
        same(await shownAt(surroundings, baseURL), 'nobody', 'after the logout token');
        same(await post(baseURL, 'rubbish'), 400, 'what the library makes of rubbish');
      });
    },
  ],
];

await run('express-openid-connect', checks);
