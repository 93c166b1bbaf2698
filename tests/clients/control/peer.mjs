// The peer of the benchmark: oidc-provider with its tokens in memory, answering what `bench/` asks of us too.
// It stands in this folder because its packages do.
//
//   node peer.mjs      prints the issuer's address when it listens; ends with its standard input

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

const resource = 'https://api.example.com';
const secret = 'a-secret-that-only-the-benchmark-knows-0001';
const key = (type, parameters, use) => ({
  ...generateKeyPairSync(type, parameters).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  ...use,
});

/** Everything in memory, for good: the provider's own store forgets all but the newest thousand entries. */
class Memory {
  static entries = new Map();
  static grants = new Map();

  constructor(model) {
    this.key = (id) => `${model}:${id}`;
  }

  upsert(id, payload) {
    const key = this.key(id);
    Memory.entries.set(key, payload);
    if (payload.uid) Memory.entries.set(this.key(`uid:${payload.uid}`), payload);
    if (payload.grantId) Memory.grants.set(payload.grantId, [...(Memory.grants.get(payload.grantId) ?? []), key]);
  }

  find(id) {
    return Memory.entries.get(this.key(id));
  }

  findByUid(uid) {
    return this.find(`uid:${uid}`);
  }

  consume(id) {
    this.find(id).consumed = Math.floor(Date.now() / 1000);
  }

  destroy(id) {
    Memory.entries.delete(this.key(id));
  }

  revokeByGrantId(grantId) {
    for (const key of Memory.grants.get(grantId) ?? []) Memory.entries.delete(key);
    Memory.grants.delete(grantId);
  }
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const provider = new Provider(`http://localhost:${port}`, {
    adapter: Memory,
    clients: [
      {
        client_id: 'service',
        client_secret: secret,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        id_token_signed_response_alg: 'ES256',
      },
      {
        client_id: 'web',
        client_secret: secret,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: ['http://127.0.0.1:9/callback'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    cookies: { keys: ['peer'] },
    jwks: { keys: [key('ec', { namedCurve: 'P-256' }, { alg: 'ES256' })] },
    clientAuthMethods: ['client_secret_basic'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'orders.read',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_context, interaction) => `/sign-in/${interaction.uid}` },
    issueRefreshToken: () => true,
    // Nobody is asked: the client is the operator's own, as ours is in the benchmark.
    loadExistingGrant: async (context) => {
      const { client, session, provider: issuer } = context.oidc;
      const grant = new issuer.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid');
      grant.addResourceScope(resource, 'orders.read');
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url.startsWith('/sign-in/')) {
      provider.interactionFinished(request, response, { login: { accountId: 'ada' } });
    } else {
      answer(request, response);
    }
  });
  console.log(`127.0.0.1:${port}`);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
