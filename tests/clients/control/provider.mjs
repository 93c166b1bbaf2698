// The control: oidc-provider, a certified OpenID provider, with its development pages for login and consent.
// A check that fails against it is wrong about the protocol or about its library, not about us.
//
//   node provider.mjs --demo-json FILE      prints the issuer when it listens; ends with its standard input

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import { Provider, errors } from 'oidc-provider';

const { values: options } = parseArgs({ options: { 'demo-json': { type: 'string' } } });

const redirectUri = 'http://127.0.0.1:9/callback';
const returnTo = 'http://127.0.0.1:9/signed-out';
const user = { email: 'ada@example.com', password: 'the control takes any password' };

const web = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: [redirectUri],
  post_logout_redirect_uris: [returnTo],
};
const CIBA = 'urn:openid:params:grant-type:ciba';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

const clients = [
  { ...web, client_id: 'public-web', token_endpoint_auth_method: 'none' },
  { ...web, client_id: 'confidential-web', client_secret: 'control-secret-of-the-confidential-client' },
  {
    client_id: 'service',
    client_secret: 'control-secret-of-the-service-client',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  },
  {
    client_id: 'backchannel',
    client_secret: 'control-secret-of-the-backchannel-client',
    grant_types: [CIBA, 'refresh_token'],
    response_types: [],
    redirect_uris: [],
    backchannel_token_delivery_mode: 'poll',
  },
  {
    client_id: 'device',
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    grant_types: [DEVICE, 'refresh_token'],
    response_types: [],
    redirect_uris: [],
  },
];

/** By which the checks find a client; see driver/deployment.mjs. */
const notes = { backchannel: 'backchannel', device: 'device' };

/** What a person who agrees at once grants to a client that asks by the back channel. */
async function approve(provider, request) {
  const grant = new provider.Grant({ clientId: request.clientId, accountId: request.accountId });
  grant.addOIDCScope(request.scope);
  await grant.save();
  await provider.backchannelResult(request, grant);
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients,
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    cookies: { keys: ['control'] },
    features: {
      ciba: {
        enabled: true,
        deliveryModes: ['poll'],
        processLoginHint: (_context, hint) => hint,
        processLoginHintToken: () => undefined,
        triggerAuthenticationDevice: (_context, request) => {
          setTimeout(() => approve(provider, request), 1000);
        },
        validateBindingMessage: (_context, message) => {
          if (/[<>]/.test(message ?? '')) throw new errors.InvalidBindingMessage();
        },
        validateRequestContext: () => undefined,
        verifyUserCode: () => undefined,
      },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
      deviceFlow: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      jwtResponseModes: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: true }),
    }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
  });
  server.on('request', provider.callback());
  const described = clients.map(({ client_id, client_secret, redirect_uris, post_logout_redirect_uris }) => ({
    client_id,
    client_secret,
    redirect_uris,
    post_logout_redirect_uris,
    note: notes[client_id],
  }));
  writeFileSync(options['demo-json'], JSON.stringify({ issuer, users: [user], clients: described }, null, 2));
  console.log(issuer);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
