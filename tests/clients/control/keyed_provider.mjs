// The control for clients with keys and certificates: oidc-provider over TLS, asking everybody for a certificate.
// A check that fails against it is wrong about the protocol or about its library, not about us.
//
//   node keyed_provider.mjs --folder FOLDER      prints the issuer when it listens; ends with its standard input
//
// FOLDER gets demo.json and the certificates.

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Provider } from 'oidc-provider';
import { Agent, fetch } from 'undici';

import { freePort } from '../deployment/free_port.mjs';
import { bank, describe, encryption, keyPair, makeCast, mcp, signing } from '../deployment/cast.mjs';

const { values: options } = parseArgs({ options: { folder: { type: 'string' } } });
const cast = makeCast(options.folder, await freePort());

/** Whoever has a certificate of the cast's authority is posted to. */
const trusting = new Agent({ connect: { ca: readFileSync(cast.ca_file) } });

/** Whether a client is of profile fapi2. */
const isBank = (client) => client?.clientId.startsWith('bank-');

const server = createServer({
  cert: readFileSync(cast.server.cert),
  key: readFileSync(cast.server.key),
  ca: readFileSync(cast.ca_file),
  requestCert: true,
  rejectUnauthorized: false,
});
server.listen(0, '127.0.0.1', () => {
  const issuer = `https://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    // Its clients do not say what profile they are of; see fapi, which leaves this to them.
    clients: cast.clients.map(({ profile, ...client }) => ({
      ...client,
      require_pushed_authorization_requests: profile === 'fapi2',
    })),
    clientAuthMethods: ['none', 'client_secret_basic', 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'],
    // Scripts of every origin, as a client's own page is one.
    clientBasedCORS: () => true,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: ['control'] },
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256', 'PS256', 'EdDSA'],
      dPoPSigningAlgValues: ['ES256', 'PS256', 'EdDSA'],
      idTokenSigningAlgValues: ['ES256'],
    },
    jwks: { keys: [keyPair(signing).private, keyPair(encryption).private] },
    features: {
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
      encryption: { enabled: true },
      fapi: { enabled: true, profile: (_context, client) => (isBank(client) ? '2.0' : undefined) },
      introspection: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        selfSignedTlsClientAuth: true,
        tlsClientAuth: true,
        getCertificate: ({ socket }) => socket.getPeerX509Certificate(),
        certificateAuthorized: ({ socket }) => socket.authorized,
        certificateSubjectMatches: ({ socket }, property, expected) =>
          property === 'tls_client_auth_san_dns' &&
          socket.getPeerX509Certificate().subjectAltName === `DNS:${expected}`,
      },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: true },
      requestObjects: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        // It introspects opaque tokens alone.
        getResourceServerInfo: (_context, resource) => ({
          scope: 'orders.read',
          audience: resource === bank ? bank : mcp,
          accessTokenFormat: resource === bank ? 'opaque' : 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
      richAuthorizationRequests: {
        enabled: true,
        types: { payment: { validate: () => {} } },
        authorizationDetailsForGrantSource: ({ oidc }) => oidc.grant.rar,
        authorizationDetailsForAccessToken: (_context, _token, source) => source.rar,
        authorizationDetailsForIntrospection: (_context, token) => token.rar,
      },
    },
    fetch: (url, { dispatcher: _, ...request }) => fetch(url, { ...request, dispatcher: trusting }),
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    // Without offline_access, too: a page asks for no more than the time its person is signed in.
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
    pkce: { required: () => true },
    rotateRefreshToken: ({ oidc: { client } }) => !isBank(client),
    scopes: ['openid', 'offline_access', 'orders.read'],
  });
  // The default that RFC 6749 §3.3 asks for; the provider has none and denies access to nothing.
  provider.use((context, next) => {
    if (context.path === '/auth' && !context.query.scope) context.query = { ...context.query, scope: 'openid' };
    return next();
  });
  server.on('request', provider.callback());
  writeFileSync(join(options.folder, 'demo.json'), describe(issuer, cast), { mode: 0o600 });
  console.log(issuer);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
