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
  clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['control'] },
  // Where there is no access token to ask for them with, they are in the ID token.
  conformIdTokenClaims: true,
  responseTypes: ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'],
  // The client's addresses are of this machine, to which its own agent would not go.
  fetch: (url, { dispatcher: _, ...request }) => fetch(url, request),
  features: {
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true },
    introspection: { enabled: true },
    mTLS: {
      enabled: true,
      certificateBoundAccessTokens: true,
      getCertificate: ({ socket }) => socket.getPeerX509Certificate(),
    },
    jwtUserinfo: { enabled: true },
    requestObjects: { enabled: true },
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

/** An API whose tokens are opaque, unless it says otherwise: the provider introspects no others. */
function described(resource) {
  const { scopes, token_profile } = settings.resource_servers.find((server) => server.resource === resource);
  const accessTokenFormat = token_profile === 'rfc9068' ? 'jwt' : 'opaque';
  return { scope: scopes.join(' '), audience: resource, accessTokenFormat };
}

function responseTypes({ grant_types: grants, response_types: registered }) {
  return registered ?? (grants.includes('authorization_code') ? ['code'] : []);
}

const tls = {
  cert: readFileSync(settings.certificate),
  key: readFileSync(settings.key),
  // Whoever has a certificate shows it; whose it is does not matter here.
  requestCert: true,
  rejectUnauthorized: false,
};
createServer(tls, provider.callback()).listen(settings.port, '127.0.0.1', () => console.log(issuer));
