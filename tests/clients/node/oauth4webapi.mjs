// The npm package oauth4webapi, the strict low-level client, against an issuer. It hands out each response before it
// is accepted, so these checks also look at signatures and at which answer refuses what.

import * as oauth from 'oauth4webapi';

import { holds, refused, run, same, saysInvalidGrant } from './checks.mjs';

const SCOPE = 'openid email offline_access';

/** Everything a call needs: server metadata, client, its authentication and options. */
async function connect({ deployment }, { client_id, client_secret }) {
  const options = { [oauth.allowInsecureRequests]: deployment.isPlainHttp };
  const issuer = new URL(deployment.issuer);
  const response = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oidc' });
  return {
    server: await oauth.processDiscoveryResponse(issuer, response),
    client: { client_id },
    authentication: client_secret ? oauth.ClientSecretBasic(client_secret) : oauth.None(),
    options,
  };
}

/** Sends the user through the authorization endpoint; returns the validated response and the secrets behind it. */
async function authorize(surroundings, connection, { redirect_uris: [redirectUri] }, extra = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const url = new URL(connection.server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: connection.client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: SCOPE,
    prompt: 'consent',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...extra,
  }).toString();
  return { callback: await surroundings.visit(url, redirectUri), redirectUri, verifier, state, nonce };
}

async function redeem(connection, { callback, redirectUri, verifier, state, nonce }) {
  const { server, client, authentication, options } = connection;
  const parameters = oauth.validateAuthResponse(server, client, callback, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    parameters,
    redirectUri,
    verifier,
    options,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, response, options);
  return { tokens, headers: response.headers };
}

async function signIn(surroundings, registered) {
  const connection = await connect(surroundings, registered);
  const authorization = await authorize(surroundings, connection, registered);
  return { connection, ...(await redeem(connection, authorization)) };
}

async function refresh({ server, client, authentication, options }, token) {
  const response = await oauth.refreshTokenGrantRequest(server, client, authentication, token, options);
  return oauth.processRefreshTokenResponse(server, client, response);
}

async function introspect({ server, client, authentication, options }, token) {
  const response = await oauth.introspectionRequest(server, client, authentication, token, options);
  return oauth.processIntrospectionResponse(server, client, response);
}

async function revoke({ server, client, authentication, options }, token) {
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, authentication, token, options),
  );
}

const checks = [
  [
    'discovery by the OpenID address gives valid metadata of that issuer',
    async (surroundings) => {
      const { server } = await connect(surroundings, surroundings.deployment.publicClient);
      same(server.issuer, surroundings.deployment.issuer, 'issuer');
      holds(server.code_challenge_methods_supported?.includes('S256'), 'S256 is not advertised');
    },
  ],
  [
    'authorization code with PKCE; the ID token verifies with a published key, the answer is not cached',
    async (surroundings) => {
      const { tokens, headers } = await signIn(surroundings, surroundings.deployment.publicClient);
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      same(claims.iss, surroundings.deployment.issuer, 'iss');
      holds(headers.get('cache-control')?.includes('no-store'), 'the answer may be cached');
    },
  ],
  [
    'authorization code with PKCE for a confidential client by HTTP Basic',
    async (surroundings) => {
      const { tokens } = await signIn(surroundings, surroundings.deployment.confidentialClient);
      holds(oauth.getValidatedIdTokenClaims(tokens).sub, 'no subject');
    },
  ],
  [
    'the client refuses a response with another state, nonce or iss',
    async (surroundings) => {
      const registered = surroundings.deployment.publicClient;
      const connection = await connect(surroundings, registered);
      const authorization = await authorize(surroundings, connection, registered);
      const elsewhere = new URL(authorization.callback);
      elsewhere.searchParams.set('iss', 'https://other.example');

      await refused(redeem(connection, { ...authorization, state: oauth.generateRandomState() }), 'another state');
      await refused(redeem(connection, { ...authorization, callback: elsewhere }), 'another iss');
      await refused(redeem(connection, { ...authorization, nonce: oauth.generateRandomNonce() }), 'another nonce');
    },
  ],
  [
    'the server refuses another code verifier',
    async (surroundings) => {
      const registered = surroundings.deployment.publicClient;
      const connection = await connect(surroundings, registered);
      const authorization = await authorize(surroundings, connection, registered);
      await refused(
        redeem(connection, { ...authorization, verifier: oauth.generateRandomCodeVerifier() }),
        'another verifier',
        saysInvalidGrant,
      );
    },
  ],
  [
    'userinfo describes the subject of the ID token',
    async (surroundings) => {
      const { connection, tokens } = await signIn(surroundings, surroundings.deployment.publicClient);
      const { server, client, options } = connection;
      const { sub } = oauth.getValidatedIdTokenClaims(tokens);
      const response = await oauth.userInfoRequest(server, client, tokens.access_token, options);
      const claims = await oauth.processUserInfoResponse(server, client, sub, response);
      same(claims.email, surroundings.deployment.user.email, 'email');
    },
  ],
  [
    'refresh tokens rotate, and a used one is refused',
    async (surroundings) => {
      const { connection, tokens: first } = await signIn(surroundings, surroundings.deployment.publicClient);
      const second = await refresh(connection, first.refresh_token);
      holds(second.refresh_token && second.refresh_token !== first.refresh_token, 'the refresh token stayed');
      // A successor in use rules out that the first answer was lost on its way.
      await refresh(connection, second.refresh_token);
      await refused(refresh(connection, first.refresh_token), 'a used refresh token', saysInvalidGrant);
    },
  ],
  [
    'introspection shows an access token as active until it is revoked',
    async (surroundings) => {
      const { connection, tokens } = await signIn(surroundings, surroundings.deployment.confidentialClient);
      const shown = await introspect(connection, tokens.access_token);
      same(shown.active, true, 'active');
      same(shown.client_id, connection.client.client_id, 'client_id');
      await revoke(connection, tokens.access_token);
      same(JSON.stringify(await introspect(connection, tokens.access_token)), '{"active":false}', 'after revocation');
    },
  ],
  [
    'client credentials give an access token and no refresh token',
    async (surroundings) => {
      const { server, client, authentication, options } = await connect(
        surroundings,
        surroundings.deployment.serviceClient,
      );
      const response = await oauth.clientCredentialsGrantRequest(server, client, authentication, {}, options);
      const tokens = await oauth.processClientCredentialsResponse(server, client, response);
      same(tokens.refresh_token, undefined, 'refresh_token');
    },
  ],
  [
    'logout started by the client ends the session',
    async (surroundings) => {
      const { publicClient } = surroundings.deployment;
      const { connection, tokens } = await signIn(surroundings, publicClient);
      const [returnTo] = publicClient.post_logout_redirect_uris ?? [];
      const url = new URL(connection.server.end_session_endpoint);
      url.search = new URLSearchParams({
        id_token_hint: tokens.id_token,
        ...(returnTo && { post_logout_redirect_uri: returnTo }),
      }).toString();
      await surroundings.visit(url, returnTo);

      const { callback, state } = await authorize(surroundings, connection, publicClient, {
        prompt: 'none',
        scope: 'openid',
      });
      const { server, client } = connection;
      let error;
      try {
        oauth.validateAuthResponse(server, client, callback, state);
      } catch (reason) {
        error = reason.error;
      }
      same(error, 'login_required', 'error without a session');
    },
  ],
];

await run('oauth4webapi', checks);
