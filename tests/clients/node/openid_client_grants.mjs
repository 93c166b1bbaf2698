// The npm package openid-client at the newer endpoints: pushed requests, DPoP with nonces, JARM, device, back channel.

import * as client from 'openid-client';

import { holds, refused, run, same, saysInvalidGrant } from './checks.mjs';
import { prepare, SCOPE } from './openid_client_request.mjs';

/** Polling ends long before the request expires, so that an approval that went wrong is told and not waited for. */
const patience = () => ({ signal: AbortSignal.timeout(60_000) });

/** Reads the issuer's metadata as one of its clients. */
async function configure({ deployment }, { client_id, client_secret }) {
  return client.discovery(
    new URL(deployment.issuer),
    client_id,
    undefined,
    client_secret ? client.ClientSecretBasic(client_secret) : client.None(),
    { execute: deployment.isPlainHttp ? [client.allowInsecureRequests] : [] },
  );
}

/** Pushes a request, lets the user answer it, and redeems the code. */
async function pushAndRedeem(surroundings, config, registered, DPoP, extra = {}) {
  const { parameters, expectations } = await prepare(registered);
  const url = await client.buildAuthorizationUrlWithPAR(config, { ...parameters, ...extra }, { DPoP });
  same([...url.searchParams.keys()].sort().join(' '), 'client_id request_uri', 'what the address holds');
  const [redirectUri] = registered.redirect_uris;
  const callback = await surroundings.visit(url, redirectUri);
  return client.authorizationCodeGrant(config, callback, expectations, undefined, { DPoP });
}

const checks = [
  [
    'a pushed request is answered',
    async (surroundings) => {
      const registered = surroundings.deployment.confidentialClient;
      const config = await configure(surroundings, registered);
      const tokens = await pushAndRedeem(surroundings, config, registered);
      same(tokens.claims().aud, registered.client_id, 'aud');
    },
  ],
  [
    'tokens are bound to a key by DPoP, nonces included, and of no use without it',
    async (surroundings) => {
      const registered = surroundings.deployment.publicClient;
      const config = await configure(surroundings, registered);
      const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
      const tokens = await pushAndRedeem(surroundings, config, registered, DPoP);
      same(tokens.token_type, 'dpop', 'token_type');
      const { sub } = tokens.claims();
      same((await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).sub, sub, 'sub');
      await refused(client.fetchUserInfo(config, tokens.access_token, sub), 'a bound token without a proof');
      const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
      await refused(
        client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: other }),
        "another key's refresh",
        saysInvalidGrant,
      );
      const again = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
      same(again.token_type, 'dpop', 'token_type of the refreshed token');
    },
  ],
  [
    'a signed authorization response (JARM) is verified',
    async (surroundings) => {
      const registered = surroundings.deployment.publicClient;
      const config = await configure(surroundings, registered);
      client.useJwtResponseMode(config);
      const tokens = await pushAndRedeem(surroundings, config, registered);
      same(tokens.claims().iss, surroundings.deployment.issuer, 'iss');
    },
  ],
  [
    'a device is approved by the code it shows',
    async (surroundings) => {
      const config = await configure(surroundings, surroundings.deployment.deviceClient);
      const device = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
      holds(device.verification_uri_complete, 'verification_uri_complete');
      await surroundings.visit(device.verification_uri_complete);
      const tokens = await client.pollDeviceAuthorizationGrant(config, device, undefined, patience());
      holds(tokens.claims().sub, 'no subject');
    },
  ],
  [
    'a person is asked by the back channel and agrees elsewhere',
    async (surroundings) => {
      const { backchannelClient, user } = surroundings.deployment;
      const config = await configure(surroundings, backchannelClient);
      const asked = await client.initiateBackchannelAuthentication(config, {
        scope: SCOPE,
        login_hint: user.email,
        binding_message: 'W4SCT',
      });
      await surroundings.approve();
      const tokens = await client.pollBackchannelAuthenticationGrant(config, asked, undefined, patience());
      same(tokens.claims().aud, backchannelClient.client_id, 'aud');
      holds(tokens.refresh_token, 'no refresh token');
    },
  ],
  [
    'a binding message with markup is refused',
    async (surroundings) => {
      const { backchannelClient, user } = surroundings.deployment;
      const config = await configure(surroundings, backchannelClient);
      await refused(
        client.initiateBackchannelAuthentication(config, {
          scope: SCOPE,
          login_hint: user.email,
          binding_message: '<b>pay</b>',
        }),
        'markup',
        (error) => error.error === 'invalid_binding_message',
      );
    },
  ],
];

await run('openid-client', checks);
