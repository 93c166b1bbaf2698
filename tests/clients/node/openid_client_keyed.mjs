// The npm package openid-client as a client with keys: signed request objects, private_key_jwt, mutual TLS.

import * as client from 'openid-client';

import { holds, refused, run, same } from './checks.mjs';
import { fetchWith, signingKey, strangersKey } from './keys.mjs';
import { prepare } from './openid_client_request.mjs';

/** Reads the issuer's metadata as a client that signs. */
async function configureSigner({ deployment }, { client_id }, key) {
  return client.discovery(new URL(deployment.issuer), client_id, undefined, client.PrivateKeyJwt(key));
}

/** Reads the issuer's metadata as a client with a certificate, which `shown` may replace. */
async function configureCertified(surroundings, registered, shown = registered) {
  const metadata = { use_mtls_endpoint_aliases: true, tls_client_certificate_bound_access_tokens: true };
  return client.discovery(
    new URL(surroundings.deployment.issuer),
    registered.client_id,
    metadata,
    client.TlsClientAuth(),
    { [client.customFetch]: fetchWith(surroundings, shown) },
  );
}

/** Lets the person open a request; returns the error that the client is told, or the page that the person is shown. */
function errorOf(surroundings, url, redirectUri) {
  return surroundings.visit(url, redirectUri).then(
    ({ searchParams }) => searchParams.get('error'),
    ({ message }) => message,
  );
}

const checks = [
  [
    'a signed request object is answered, and the client proves itself with its key',
    async (surroundings) => {
      const registered = surroundings.deployment.client('signing-web');
      const key = await signingKey(registered.private_jwk);
      const config = await configureSigner(surroundings, registered, key);
      const { parameters, expectations } = await prepare(registered);
      const url = await client.buildAuthorizationUrlWithJAR(config, parameters, key);
      holds(!url.searchParams.has('redirect_uri'), 'the request is in the address');
      const callback = await surroundings.visit(url, parameters.redirect_uri);
      const tokens = await client.authorizationCodeGrant(config, callback, expectations);
      same(tokens.claims().aud, registered.client_id, 'aud');
    },
  ],
  [
    'a signed request object is pushed',
    async (surroundings) => {
      const registered = surroundings.deployment.client('signing-web');
      const key = await signingKey(registered.private_jwk);
      const config = await configureSigner(surroundings, registered, key);
      const { parameters, expectations } = await prepare(registered);
      const signed = await client.buildAuthorizationUrlWithJAR(config, parameters, key);
      const request = { request: signed.searchParams.get('request') };
      const url = await client.buildAuthorizationUrlWithPAR(config, request);
      const callback = await surroundings.visit(url, parameters.redirect_uri);
      const tokens = await client.authorizationCodeGrant(config, callback, expectations);
      same(tokens.claims().aud, registered.client_id, 'aud');
    },
  ],
  [
    'a request object of another key is refused',
    async (surroundings) => {
      const registered = surroundings.deployment.client('signing-web');
      const config = await configureSigner(surroundings, registered, await signingKey(registered.private_jwk));
      const { parameters } = await prepare(registered);
      const other = await strangersKey(registered.private_jwk);
      const url = await client.buildAuthorizationUrlWithJAR(config, parameters, other);
      // Whether a redirect URI that nobody signed is believed is the server's choice.
      const error = await errorOf(surroundings, url, parameters.redirect_uri);
      holds(error === 'invalid_request_object' || error?.startsWith('400 '), `not refused: ${error}`);
    },
  ],
  [
    'an assertion of another key is refused',
    async (surroundings) => {
      const registered = surroundings.deployment.client('signing-web');
      const config = await configureSigner(surroundings, registered, await strangersKey(registered.private_jwk));
      await refused(
        client.refreshTokenGrant(config, 'rubbish'),
        'an assertion of another key',
        ({ error }) => error === 'invalid_client',
      );
    },
  ],
  [
    'a client known by an issued certificate gets tokens that are of no use without it',
    async (surroundings) => {
      const registered = surroundings.deployment.client('certified-web');
      const config = await configureCertified(surroundings, registered);
      const { parameters, expectations } = await prepare(registered);
      const url = client.buildAuthorizationUrl(config, parameters);
      const callback = await surroundings.visit(url, parameters.redirect_uri);
      const tokens = await client.authorizationCodeGrant(config, callback, expectations);
      const { sub } = tokens.claims();
      same((await client.fetchUserInfo(config, tokens.access_token, sub)).sub, sub, 'sub');
      const bare = await configureCertified(surroundings, registered, {});
      await refused(client.fetchUserInfo(bare, tokens.access_token, sub), 'a bound token without its certificate');
      const { stranger } = surroundings.deployment;
      const other = await configureCertified(surroundings, registered, stranger);
      await refused(client.fetchUserInfo(other, tokens.access_token, sub), "a bound token with another's certificate");
      holds((await client.refreshTokenGrant(config, tokens.refresh_token)).access_token, 'no token by refresh');
    },
  ],
  [
    'a client known by the certificate it registered gets a bound token, and a stranger none',
    async (surroundings) => {
      const registered = surroundings.deployment.client('self-certified');
      const config = await configureCertified(surroundings, registered);
      const tokens = await client.clientCredentialsGrant(config);
      const shown = await client.tokenIntrospection(config, tokens.access_token);
      holds(shown.active && shown.cnf?.['x5t#S256'], `not bound: ${JSON.stringify(shown)}`);
      for (const certificate of [surroundings.deployment.stranger, {}]) {
        await refused(
          client.clientCredentialsGrant(await configureCertified(surroundings, registered, certificate)),
          'a stranger',
          ({ error }) => error === 'invalid_client',
        );
      }
    },
  ],
];

await run('openid-client', checks);
