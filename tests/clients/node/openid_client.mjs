// The npm package openid-client, which most Node.js applications use, against an issuer.

import * as client from 'openid-client';

import { Browser } from '../driver/browser.mjs';
import { holds, refused, run, same, saysInvalidGrant, skip } from './checks.mjs';

const SCOPE = 'openid email offline_access';

/** Reads the issuer's metadata as one of its clients. */
function configure({ deployment }, { client_id, client_secret }) {
  return client.discovery(
    new URL(deployment.issuer),
    client_id,
    undefined,
    client_secret ? client.ClientSecretBasic(client_secret) : client.None(),
    { execute: deployment.isPlainHttp ? [client.allowInsecureRequests] : [] },
  );
}

/** Sends the user through the authorization endpoint; returns what is needed to redeem the code. */
async function authorize(surroundings, config, { redirect_uris: [redirectUri] }, extra = {}, person = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: SCOPE,
    prompt: 'consent',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...extra,
  });
  const callback = await surroundings.visit(url, redirectUri, person);
  return { callback, expectations: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } };
}

async function signIn(surroundings, registered, person) {
  const config = await configure(surroundings, registered);
  const { callback, expectations } = await authorize(surroundings, config, registered, {}, person);
  const tokens = await client.authorizationCodeGrant(config, callback, expectations);
  return { config, tokens };
}

const checks = [
  [
    'discovery names the issuer byte for byte, S256 and iss in responses',
    async (surroundings) => {
      const config = await configure(surroundings, surroundings.deployment.publicClient);
      const metadata = config.serverMetadata();
      same(metadata.issuer, surroundings.deployment.issuer, 'issuer');
      holds(metadata.supportsPKCE('S256'), 'S256 is not advertised');
      same(metadata.authorization_response_iss_parameter_supported, true, 'iss in responses');
    },
  ],
  [
    'authorization code with PKCE for a public client; state, nonce and iss hold',
    async (surroundings) => {
      const { publicClient } = surroundings.deployment;
      const { tokens } = await signIn(surroundings, publicClient);
      same(tokens.token_type, 'bearer', 'token_type');
      const claims = tokens.claims();
      same(claims.iss, surroundings.deployment.issuer, 'iss');
      holds([claims.aud].flat().includes(publicClient.client_id), 'aud lacks the client');
    },
  ],
  [
    'authorization code with PKCE for a confidential client by HTTP Basic',
    async (surroundings) => {
      const { tokens } = await signIn(surroundings, surroundings.deployment.confidentialClient);
      holds(tokens.access_token && tokens.id_token, 'tokens are missing');
    },
  ],
  [
    'the client refuses a response with another state, nonce or iss',
    async (surroundings) => {
      const registered = surroundings.deployment.publicClient;
      const config = await configure(surroundings, registered);
      const { callback, expectations } = await authorize(surroundings, config, registered);
      const redeem = (url, changed) => client.authorizationCodeGrant(config, url, { ...expectations, ...changed });

      await refused(redeem(callback, { expectedState: client.randomState() }), 'another state');
      const elsewhere = new URL(callback);
      elsewhere.searchParams.set('iss', 'https://other.example');
      await refused(redeem(elsewhere, {}), 'another iss');
      const nameless = new URL(callback);
      nameless.searchParams.delete('iss');
      await refused(redeem(nameless, {}), 'no iss');
      await refused(redeem(callback, { expectedNonce: client.randomNonce() }), 'another nonce');
    },
  ],
  [
    'the server refuses another code verifier',
    async (surroundings) => {
      const registered = surroundings.deployment.publicClient;
      const config = await configure(surroundings, registered);
      const { callback, expectations } = await authorize(surroundings, config, registered);
      const pkceCodeVerifier = client.randomPKCECodeVerifier();
      await refused(
        client.authorizationCodeGrant(config, callback, { ...expectations, pkceCodeVerifier }),
        'another verifier',
        saysInvalidGrant,
      );
    },
  ],
  [
    'the server takes a code once',
    async (surroundings) => {
      const registered = surroundings.deployment.publicClient;
      const config = await configure(surroundings, registered);
      const { callback, expectations } = await authorize(surroundings, config, registered);
      await client.authorizationCodeGrant(config, callback, expectations);
      await refused(
        client.authorizationCodeGrant(config, callback, expectations),
        'the second use of a code',
        saysInvalidGrant,
      );
    },
  ],
  [
    'userinfo describes the subject of the ID token',
    async (surroundings) => {
      const { config, tokens } = await signIn(surroundings, surroundings.deployment.publicClient);
      const { sub } = tokens.claims();
      const claims = await client.fetchUserInfo(config, tokens.access_token, sub);
      same(claims.email, surroundings.deployment.user.email, 'email');
    },
  ],
  [
    'refresh tokens rotate, and a used one is refused',
    async (surroundings) => {
      const { config, tokens: first } = await signIn(surroundings, surroundings.deployment.publicClient);
      holds(first.refresh_token, 'no refresh token');
      const second = await client.refreshTokenGrant(config, first.refresh_token);
      holds(second.refresh_token && second.refresh_token !== first.refresh_token, 'the refresh token stayed');
      // A successor in use rules out that the first answer was lost on its way.
      const third = await client.refreshTokenGrant(config, second.refresh_token);
      holds(third.access_token !== first.access_token, 'the access token stayed');
      await refused(client.refreshTokenGrant(config, first.refresh_token), 'a used refresh token', saysInvalidGrant);
    },
  ],
  [
    'introspection shows an access token as active and rubbish as inactive',
    async (surroundings) => {
      const { confidentialClient } = surroundings.deployment;
      const { config, tokens } = await signIn(surroundings, confidentialClient);
      const shown = await client.tokenIntrospection(config, tokens.access_token);
      same(shown.active, true, 'active');
      same(shown.client_id, confidentialClient.client_id, 'client_id');
      same(shown.sub, tokens.claims().sub, 'sub');
      const rubbish = await client.tokenIntrospection(config, 'rubbish');
      same(JSON.stringify(rubbish), '{"active":false}', 'what is said of rubbish');
    },
  ],
  [
    'a revoked access token is inactive, and revoking rubbish is no error',
    async (surroundings) => {
      const { config, tokens } = await signIn(surroundings, surroundings.deployment.confidentialClient);
      await client.tokenRevocation(config, tokens.access_token, { token_type_hint: 'access_token' });
      const shown = await client.tokenIntrospection(config, tokens.access_token);
      same(JSON.stringify(shown), '{"active":false}', 'what is said of a revoked token');
      await client.tokenRevocation(config, 'rubbish');
    },
  ],
  [
    'a revoked refresh token is refused and takes its access token with it',
    async (surroundings) => {
      const { config, tokens } = await signIn(surroundings, surroundings.deployment.confidentialClient);
      await client.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
      await refused(client.refreshTokenGrant(config, tokens.refresh_token), 'a revoked token', saysInvalidGrant);
      same((await client.tokenIntrospection(config, tokens.access_token)).active, false, 'active');
    },
  ],
  [
    'client credentials give an access token and no refresh token',
    async (surroundings) => {
      const config = await configure(surroundings, surroundings.deployment.serviceClient);
      const tokens = await client.clientCredentialsGrant(config);
      holds(tokens.access_token, 'no access token');
      same(tokens.refresh_token, undefined, 'refresh_token');
      same(tokens.id_token, undefined, 'id_token');
    },
  ],
  [
    'a user with a second factor is asked for it',
    async (surroundings) => {
      const user = surroundings.deployment.twoFactorUser;
      if (!user) skip('the deployment has no user with a second factor');
      const { tokens } = await signIn(surroundings, surroundings.deployment.publicClient, {
        browser: new Browser(),
        user,
      });
      holds(tokens.id_token, 'no ID token');
    },
  ],
  [
    'logout started by the client ends the session',
    async (surroundings) => {
      const { publicClient } = surroundings.deployment;
      const { config, tokens } = await signIn(surroundings, publicClient);
      const [returnTo] = publicClient.post_logout_redirect_uris ?? [];
      const state = client.randomState();
      const url = client.buildEndSessionUrl(config, {
        id_token_hint: tokens.id_token,
        ...(returnTo && { post_logout_redirect_uri: returnTo, state }),
      });
      const end = await surroundings.visit(url, returnTo);
      if (returnTo) same(end.searchParams.get('state'), state, 'state');

      const { callback } = await authorize(surroundings, config, publicClient, { prompt: 'none', scope: 'openid' });
      same(callback.searchParams.get('error'), 'login_required', 'error without a session');
    },
  ],
];

await run('openid-client', checks);
