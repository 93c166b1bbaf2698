// The control: oidc-provider, a certified OpenID provider, over https with the clients of a resource file.
//
//   node control.mjs SETTINGS      SETTINGS: JSON with port, certificate, key (file names), clients (RFC 7591),
//                                  resource_servers (resource, scopes)
//
// Prints the issuer when it listens.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The packages of the tests are installed beside the third-party clients.
const packages = createRequire(new URL('../clients/package.json', import.meta.url));
const { Provider } = await import(pathToFileURL(packages.resolve('oidc-provider')).href);

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const issuer = `https://localhost:${settings.port}`;

const provider = new Provider(issuer, {
  clients: settings.clients.map((client) => ({ redirect_uris: [], ...client, response_types: responseTypes(client) })),
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['control'] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: { enabled: true, getResourceServerInfo: (_context, resource) => described(resource) },
    revocation: { enabled: true },
  },
  // A service is its own subject (RFC 9068 §2.2), which Apache takes for the user.
  extraTokenClaims: (_context, token) => (token.kind === 'ClientCredentials' ? { sub: token.clientId } : undefined),
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: true, name: 'Ada Lovelace' }),
  }),
  pkce: { required: () => true },
});

/** An API whose tokens are opaque. */
function described(resource) {
  const { scopes } = settings.resource_servers.find((server) => server.resource === resource);
  return { scope: scopes.join(' '), audience: resource, accessTokenFormat: 'opaque' };
}

function responseTypes({ grant_types: grants }) {
  return grants.includes('authorization_code') ? ['code'] : [];
}

const tls = { cert: readFileSync(settings.certificate), key: readFileSync(settings.key) };
createServer(tls, provider.callback()).listen(settings.port, '127.0.0.1', () => console.log(issuer));
