// The Model Context Protocol: its conformance tests of authorization servers, and the client of its SDK, which registers itself.

import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { auth } from '@modelcontextprotocol/sdk/client/auth.js';

import { freePort } from '../deployment/free_port.mjs';
import { holds, run, same } from './checks.mjs';

/** The MCP server that tokens are for; it is registered at the issuer, and its metadata is served by the check. */
const RESOURCE = 'https://mcp.example/mcp';
const SCOPE = 'orders.read offline_access';
const PATIENCE_MS = 60_000;

const conformance = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')),
  'dist/index.js',
);

/** Runs the conformance tests, whose person at the browser is ours; returns how they ended and what they printed. */
async function testConformance(surroundings, { client_id }) {
  const port = String(await freePort());
  const options = ['authorization', '--url', surroundings.deployment.issuer, '--client-id', client_id, '--port', port];
  const tests = spawn(process.execPath, [conformance, ...options], { timeout: PATIENCE_MS });
  const printed = [];
  const ended = new Promise((resolve) => tests.on('close', resolve));
  tests.stderr.on('data', (text) => printed.push(String(text)));
  for await (const line of createInterface({ input: tests.stdout })) {
    printed.push(line);
    if (line.startsWith('http') && line.includes('response_type=code')) await surroundings.visit(line);
  }
  return { code: await ended, printed: printed.join('\n') };
}

/** Serves the metadata of the MCP server (RFC 9728) while `use` runs with its address. */
async function withProtectedResource({ issuer }, use) {
  const metadata = { resource: RESOURCE, authorization_servers: [issuer], scopes_supported: ['orders.read'] };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    return await use(`http://127.0.0.1:${server.address().port}/mcp`);
  } finally {
    server.close();
  }
}

/** What an application keeps for the SDK: nothing at first, so it registers itself. */
class Application {
  constructor(redirectUrl) {
    this.redirectUrl = redirectUrl;
    this.clientMetadata = {
      client_name: 'An agent',
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    };
    this.kept = {};
  }

  clientInformation() {
    return this.kept.client;
  }
  saveClientInformation(client) {
    this.kept.client = client;
  }
  tokens() {
    return this.kept.tokens;
  }
  saveTokens(tokens) {
    this.kept.tokens = tokens;
  }
  codeVerifier() {
    return this.kept.verifier;
  }
  saveCodeVerifier(verifier) {
    this.kept.verifier = verifier;
  }
  redirectToAuthorization(url) {
    this.kept.address = url;
  }
  /** The server of the check stands for the registered one. */
  validateResourceURL() {
    return new URL(RESOURCE);
  }
}

/** Returns the claims of a JWT as its audience would read them after it has verified it. */
function claimsOf(jwt) {
  return JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString());
}

const checks = [
  [
    'the conformance tests of authorization servers pass',
    async (surroundings) => {
      const { code, printed } = await testConformance(surroundings, surroundings.deployment.client('mcp-native'));
      same(code, 0, printed);
      holds(/authorization-code-grant: 1 passed, 0 failed/.test(printed), printed);
      holds(/authorization-server-metadata-endpoint: \d+ passed, 0 failed/.test(printed), printed);
    },
  ],
  // MC-02: the resource is named to both endpoints, and the tokens are for it and nothing else, after a refresh as well.
  [
    'the client of the SDK registers itself, and its tokens are for the MCP server alone (MC-02)',
    (surroundings) =>
      withProtectedResource(surroundings.deployment, async (serverUrl) => {
        const application = new Application('http://127.0.0.1:9/callback');
        same(await auth(application, { serverUrl, scope: SCOPE }), 'REDIRECT', 'the first step');
        holds(application.kept.client.client_id, 'not registered');
        const callback = await surroundings.visit(application.kept.address, application.redirectUrl);
        const authorizationCode = callback.searchParams.get('code');
        holds(authorizationCode, `no code: ${callback.search}`);
        same(await auth(application, { serverUrl, authorizationCode }), 'AUTHORIZED', 'the second step');
        const first = application.kept.tokens;
        same([claimsOf(first.access_token).aud].flat().join(' '), RESOURCE, 'aud');

        same(await auth(application, { serverUrl }), 'AUTHORIZED', 'with a refresh token');
        holds(application.kept.tokens.access_token !== first.access_token, 'the access token stayed');
        same([claimsOf(application.kept.tokens.access_token).aud].flat().join(' '), RESOURCE, 'aud after refresh');
      }),
  ],
];

await run('mcp', checks);
