// An application of a story's own: a client of the demo with a server on this computer, which notes what it is asked.

import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { binary, folder, issuer } from './deployment.mjs';

/** RFC 7636 appendix B. */
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const page = (content = '<a href="/">Home</a>') =>
  `<!doctype html><html lang="en"><title>Application</title><main><h1>Application</h1>${content}</main>`;
/** How often, and how long apart, the running demo is asked whether it knows a new client. */
const TRIES = 50;
const PAUSE_MS = 200;

let made = 0;

export class Application {
  /**
   * Starts a server and registers a client for it. `hangs` is a path that is never answered; `passesOn` are paths that are
   * answered with a redirect, each with where it leads; `metadata` is more of the client's, made from its origin.
   *
   * @param {{ hangs?: string, passesOn?: Record<string, string>, metadata?: (origin: string) => object }} [options]
   */
  static async start({ hangs, passesOn = {}, metadata = () => ({}) } = {}) {
    const application = new Application();
    application.requests = [];
    /** What is inside the page at a path, where there is more than a link. */
    application.contents = {};
    application.server = createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        application.requests.push({ method: request.method, path: request.url, body, headers: request.headers });
        const path = request.url.split('?')[0];
        if (path === hangs) return;
        if (passesOn[path]) return response.writeHead(302, { location: passesOn[path] }).end();
        // A browser asks for a picture of its own accord.
        if (path === '/favicon.ico') return response.writeHead(204).end();
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(application.contents[path]));
      });
    });
    await new Promise((resolve) => application.server.listen(0, '127.0.0.1', resolve));
    application.origin = `http://127.0.0.1:${application.server.address().port}`;
    application.clientId = `story-${process.pid}-${(made += 1)}`;
    application.redirectUri = `${application.origin}/cb`;
    await application.#register(metadata(application.origin));
    return application;
  }

  async #register(metadata) {
    const client = {
      client_id: this.clientId,
      token_endpoint_auth_method: 'none',
      redirect_uris: [this.redirectUri],
      ...metadata,
    };
    const file = join(mkdtempSync(join(tmpdir(), 'portreeve-story-')), 'client.json');
    writeFileSync(file, JSON.stringify({ clients: [client] }));
    execFileSync(binary, ['apply', '--data', folder, '-f', file]);
    for (let tries = 0; tries < TRIES; tries += 1) {
      const response = await fetch(this.request({ prompt: 'none' }), { redirect: 'manual' });
      if (response.status !== 400) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new Error('the demo does not know the new client');
  }

  /** The address of an authorization request, with parameters changed or added. */
  request(changes = {}) {
    const parameters = {
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: 'openid',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      ...changes,
    };
    return `${issuer}/oauth2/authorize?${new URLSearchParams(parameters)}`;
  }

  /** The requests that came to a path. */
  received(path) {
    return this.requests.filter((request) => request.path.split('?')[0] === path);
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
