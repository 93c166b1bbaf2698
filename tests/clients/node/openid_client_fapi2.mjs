// The npm package openid-client as clients of FAPI 2.0: one proves itself and its tokens by keys, the other by a certificate.
// What must be refused is a right request with one thing wrong. The rows are those of PROTOCOL.md, D11 and D12.

import { connect } from 'node:tls';

import * as client from 'openid-client';

import { holds, refused, run, same, skip } from './checks.mjs';
import { fetchWith, rsaKey, signingKey } from './keys.mjs';
import { prepare } from './openid_client_request.mjs';

const METADATA = { use_mtls_endpoint_aliases: true };

const isError =
  (...codes) =>
  ({ error }) =>
    codes.includes(error);
/** A challenge in the header counts, too: the library then says nothing of the body. */
const isInvalidClient = ({ error, status }) => error === 'invalid_client' || status === 401;
const isInvalidRequest = isError('invalid_request');
const isInvalidGrant = isError('invalid_grant');
const isInvalidProof = isError('invalid_dpop_proof');
const isUnauthorized = ({ status, response }) => (status ?? response?.status) === 401;

/** The client whose assertions, and proofs where there is a key, may be changed before they are signed. */
async function byKey({ deployment }, { assertion, proof, pair } = {}) {
  const registered = deployment.client('bank-by-key');
  const change = (modify) => (modify ? { [client.modifyAssertion]: modify } : undefined);
  const key = await signingKey(registered.private_jwk);
  const authentication = client.PrivateKeyJwt(key, change(assertion));
  const config = await client.discovery(new URL(deployment.issuer), registered.client_id, METADATA, authentication);
  const DPoP = client.getDPoPHandle(config, pair ?? (await client.randomDPoPKeyPair('ES256')), change(proof));
  return { registered, config, DPoP };
}

/** The client with its certificate, or the one that is `shown`. */
async function byCertificate(surroundings, shown) {
  const registered = surroundings.deployment.client('bank-by-certificate');
  const metadata = { ...METADATA, tls_client_certificate_bound_access_tokens: true };
  const issuer = new URL(surroundings.deployment.issuer);
  const config = await client.discovery(issuer, registered.client_id, metadata, client.TlsClientAuth(), {
    [client.customFetch]: fetchWith(surroundings, shown ?? registered),
  });
  return { registered, config };
}

const push = ({ config, DPoP }, parameters) => client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });

/** A request that is pushed and answered; `redeem` takes the code to the token endpoint. */
async function granted(surroundings, bank) {
  const { parameters, expectations } = await prepare(bank.registered);
  const url = await push(bank, parameters);
  const callback = await surroundings.visit(url, parameters.redirect_uri);
  const redeem = ({ config, DPoP } = bank) =>
    client.authorizationCodeGrant(config, callback, expectations, undefined, { DPoP });
  return { callback, redeem };
}

/** Signs a person in, renews, and asks who it is with both tokens. */
async function wholeRun(surroundings, bank, tokenType) {
  const { callback, redeem } = await granted(surroundings, bank);
  same(callback.searchParams.get('iss'), surroundings.deployment.issuer, 'iss');
  const tokens = await redeem();
  same(tokens.token_type, tokenType, 'token_type');
  const { sub } = tokens.claims();
  const userinfo = ({ access_token }) => client.fetchUserInfo(bank.config, access_token, sub, { DPoP: bank.DPoP });
  same((await userinfo(tokens)).sub, sub, 'sub');
  const renewed = await client.refreshTokenGrant(bank.config, tokens.refresh_token, undefined, { DPoP: bank.DPoP });
  same(renewed.refresh_token ?? tokens.refresh_token, tokens.refresh_token, 'the refresh token');
  same((await userinfo(renewed)).sub, sub, 'sub');
  const again = await client.refreshTokenGrant(bank.config, tokens.refresh_token, undefined, { DPoP: bank.DPoP });
  holds(again.access_token !== renewed.access_token, 'the first refresh token works on');
  return tokens;
}

/** Fails unless a request that is changed is refused when it is pushed. */
async function notPushed(bank, what, change, fits) {
  const { parameters } = await prepare(bank.registered);
  await refused(push(bank, change(parameters)), what, fits);
}

const seconds = () => Math.floor(Date.now() / 1000);
/** What `modifyAssertion` does to the claims, or to the header. */
const claims = (change) => (_header, payload) => void Object.assign(payload, change());
const header = (change) => (head) => void Object.assign(head, change);

/** Asks an endpoint as no library would. */
const raw = (url, options = {}) => fetch(url, { redirect: 'manual', ...options });

/** Whether a server agrees to a handshake. */
function shakesHands({ deployment }, options) {
  const { hostname: host, port } = new URL(deployment.issuer);
  return new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false, ...options }, () => {
      resolve(true);
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}

const checks = [
  [
    'keys: request, code, bound tokens, user info, refresh (F2-03, F2-06, F2-10, F2-12, DP-05)',
    async (surroundings) => {
      await wholeRun(surroundings, await byKey(surroundings), 'dpop');
    },
  ],
  [
    'keys: the nonces of the server are demanded, and used (DP-09)',
    async (surroundings) => {
      const bank = await byKey(surroundings);
      const answers = [];
      bank.config[client.customFetch] = async (...request) => {
        const answer = await fetch(...request);
        answers.push(answer.clone());
        return answer;
      };
      await wholeRun(surroundings, bank, 'dpop');
      // Some demand the first nonce where a request is pushed, some where it is redeemed.
      const refusals = answers.filter(({ ok }) => !ok);
      holds(refusals.length > 0, 'a proof without a nonce is taken');
      for (const refusal of refusals) {
        const told = (await refusal.text()) + refusal.headers.get('www-authenticate');
        holds(told.includes('use_dpop_nonce'), `refused for something else: ${told}`);
        holds(refusal.headers.get('dpop-nonce'), 'a nonce is demanded and not given');
      }
      holds(answers.length - refusals.length > 4, 'proofs with the nonce are taken');
    },
  ],
  [
    'certificate: request, code, bound tokens, user info, refresh (F2-03, F2-06, F2-10, F2-12)',
    async (surroundings) => {
      await wholeRun(surroundings, await byCertificate(surroundings), 'bearer');
    },
  ],
  [
    'who proves nothing, or somebody else, is no client (F2-02, F2-04)',
    async (surroundings) => {
      const bank = await byKey(surroundings);
      const { client_id } = bank.registered;
      const issuer = new URL(surroundings.deployment.issuer);
      for (const authentication of [client.None(), client.ClientSecretBasic('a secret'), client.ClientSecretPost('a secret')]) {
        const config = await client.discovery(issuer, client_id, METADATA, authentication);
        await notPushed({ ...bank, config }, 'no assertion', (parameters) => parameters, isInvalidClient);
      }
      for (const certificate of [{}, surroundings.deployment.stranger]) {
        const other = await byCertificate(surroundings, certificate);
        await notPushed(other, 'another certificate or none', (parameters) => parameters, isInvalidClient);
      }
    },
  ],
  [
    'an assertion is for the issuer, as a text, and for nothing else (F2-05)',
    async (surroundings) => {
      const { config } = await byKey(surroundings);
      const { issuer, token_endpoint, pushed_authorization_request_endpoint } = config.serverMetadata();
      for (const aud of [[issuer], [issuer, token_endpoint], token_endpoint, pushed_authorization_request_endpoint]) {
        const bank = await byKey(surroundings, { assertion: claims(() => ({ aud })) });
        await notPushed(bank, `aud ${aud}`, (parameters) => parameters, isInvalidClient);
      }
    },
  ],
  [
    'an assertion may be 8 s ahead of its time and no minute; once is enough (F2-08)',
    async (surroundings) => {
      const ahead = (by) => ({ assertion: claims(() => ({ iat: seconds() + by, nbf: seconds() + by })) });
      const early = await byKey(surroundings, ahead(8));
      await push(early, (await prepare(early.registered)).parameters);
      const bank = await byKey(surroundings, ahead(75));
      await notPushed(bank, '75 s ahead', (parameters) => parameters, isInvalidClient);
      let jti;
      const replayed = await byKey(surroundings, { assertion: claims(() => (jti ? { jti } : {})) });
      // What is asked first is asked again with the server's nonce: both have the assertion of that request.
      await push(replayed, (await prepare(replayed.registered)).parameters);
      jti = client.randomState();
      await push(replayed, (await prepare(replayed.registered)).parameters);
      await notPushed(replayed, 'a second time', (parameters) => parameters, isInvalidClient);
    },
  ],
  [
    'a request is pushed, or it is none (F2-10)',
    async (surroundings) => {
      for (const bank of [await byKey(surroundings), await byCertificate(surroundings)]) {
        const { parameters } = await prepare(bank.registered);
        const url = client.buildAuthorizationUrl(bank.config, parameters);
        const answer = await surroundings.visit(url, parameters.redirect_uri).then(
          ({ searchParams }) => searchParams.get('error'),
          ({ message }) => message,
        );
        holds(/invalid_request|^400 /.test(answer ?? ''), `not refused: ${answer}`);
      }
    },
  ],
  [
    'what a pushed request must say (F2-10, F2-11)',
    async (surroundings) => {
      const without = (name) => ({ [name]: _, ...parameters }) => parameters;
      for (const bank of [await byKey(surroundings), await byCertificate(surroundings)]) {
        const isRefused = isError('invalid_request', 'unsupported_response_type', 'unauthorized_client');
        for (const name of ['redirect_uri', 'code_challenge']) await notPushed(bank, `no ${name}`, without(name), isInvalidRequest);
        const changed = (change) => (parameters) => ({ ...parameters, ...change });
        await notPushed(bank, 'plain', changed({ code_challenge_method: 'plain' }), isInvalidRequest);
        await notPushed(bank, 'code id_token', changed({ response_type: 'code id_token', nonce: 'n-0S6' }), isRefused);
      }
    },
  ],
  [
    'a code is for its client alone, and once (F2-12)',
    async (surroundings) => {
      const { redeem } = await granted(surroundings, await byKey(surroundings));
      await refused(redeem(await byCertificate(surroundings)), 'another client', isInvalidGrant);
      await redeem();
      await refused(redeem(), 'a second time', isInvalidGrant);
    },
  ],
  [
    'the page of a pushed request may be loaded again; nobody else reads where it leads (F2-13, F2-14)',
    async (surroundings) => {
      const bank = await byKey(surroundings);
      const { parameters } = await prepare(bank.registered);
      const url = await push(bank, parameters);
      for (const time of ['first', 'second']) {
        const { status, headers } = await raw(url, { headers: { origin: 'https://elsewhere.example' } });
        same(status, 303, `status, the ${time} time`);
        same(headers.get('access-control-allow-origin'), null, 'CORS');
      }
      holds((await surroundings.visit(url, parameters.redirect_uri)).searchParams.has('code'), 'no code');
    },
  ],
  [
    'a password is no grant (F2-07)',
    async (surroundings) => {
      const { config, DPoP } = await byKey(surroundings);
      const { email: username, password } = surroundings.deployment.user;
      await refused(
        client.genericGrantRequest(config, 'password', { username, password }, { DPoP }),
        'a password',
        isError('unsupported_grant_type', 'unauthorized_client'),
      );
    },
  ],
  [
    'signatures are ES256, PS256 or EdDSA (F2-15)',
    async (surroundings) => {
      const { config, registered, DPoP } = await byKey(surroundings);
      const issuer = new URL(surroundings.deployment.issuer);
      const key = await rsaKey(registered.rsa_jwk);
      const other = await client.discovery(issuer, registered.client_id, METADATA, client.PrivateKeyJwt(key));
      await notPushed({ registered, config: other, DPoP }, 'RS256', (parameters) => parameters, isInvalidClient);
      const algorithms = config.serverMetadata().dpop_signing_alg_values_supported;
      holds(!algorithms.some((name) => /^(none|HS|RS)/.test(name)), `proofs: ${algorithms}`);
    },
  ],
  [
    'TLS 1.2 with ECDHE and AES-GCM, or 1.3 (F2-01)',
    async (surroundings) => {
      if (!surroundings.approvals) skip('what Node.js agrees to');
      const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
      holds(await shakesHands(surroundings, {}), '1.3');
      holds(await shakesHands(surroundings, { ...old, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }), '1.2');
      for (const ciphers of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384']) {
        holds(!(await shakesHands(surroundings, { ...old, ciphers: `${ciphers}:@SECLEVEL=0` })), ciphers);
      }
      const older = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
      holds(!(await shakesHands(surroundings, older)), '1.1');
    },
  ],
  [
    'tokens need a proof (DP-11), and it is of the code\'s own key (DP-10)',
    async (surroundings) => {
      const bank = await byKey(surroundings);
      const { redeem } = await granted(surroundings, bank);
      const other = await byKey(surroundings);
      const isRefused = isError('invalid_request', 'invalid_dpop_proof', 'invalid_grant');
      await refused(redeem({ config: bank.config }), 'no proof', isRefused);
      const again = await granted(surroundings, bank);
      await refused(again.redeem(other), 'another key', isRefused);
      const dpop_jkt = await other.DPoP.calculateThumbprint();
      const bound = (parameters) => ({ ...parameters, dpop_jkt });
      await notPushed(bank, 'dpop_jkt of another key', bound, isError('invalid_request', 'invalid_dpop_proof'));
    },
  ],
  [
    'a proof with anything wrong is none (DP-01, DP-02, DP-03)',
    async (surroundings) => {
      const { issuer, token_endpoint } = (await byKey(surroundings)).config.serverMetadata();
      // The nonces of the control tell the time in the place of iat (RFC 9449 §8).
      const times = surroundings.approvals ? { 'ten minutes old': -600, 'far ahead': 75 } : {};
      const atTime = (by) => claims(() => ({ iat: seconds() + by }));
      const wrong = {
        'typ JWT': header({ typ: 'JWT' }),
        'no typ': header({ typ: undefined }),
        'no jwk': header({ jwk: undefined }),
        'no jti': claims(() => ({ jti: undefined })),
        'no htm': claims(() => ({ htm: undefined })),
        'no htu': claims(() => ({ htu: undefined })),
        'no iat': claims(() => ({ iat: undefined })),
        'another method': claims(() => ({ htm: 'GET' })),
        'another endpoint': claims(() => ({ htu: token_endpoint })),
        'another server': claims(() => ({ htu: issuer.replace('localhost', 'elsewhere.example') })),
        ...Object.fromEntries(Object.entries(times).map(([what, by]) => [what, atTime(by)])),
      };
      for (const [what, proof] of Object.entries(wrong)) {
        await notPushed(await byKey(surroundings, { proof }), what, (parameters) => parameters, isInvalidProof);
      }
      const early = await byKey(surroundings, { proof: atTime(8) });
      await push(early, (await prepare(early.registered)).parameters);
    },
  ],
  [
    'a proof counts once (DP-04)',
    async (surroundings) => {
      const jti = client.randomState();
      const bank = await byKey(surroundings, { proof: claims(() => ({ jti })) });
      await push(bank, (await prepare(bank.registered)).parameters);
      await notPushed(bank, 'a second time', (parameters) => parameters, isError('invalid_dpop_proof', 'invalid_request'));
    },
  ],
  [
    'a token bound to a key is of no use without it, nor in an address (DP-07, DP-08, F2-16)',
    async (surroundings) => {
      const pair = await client.randomDPoPKeyPair('ES256');
      const bank = await byKey(surroundings, { pair });
      const tokens = await (await granted(surroundings, bank)).redeem();
      const { access_token } = tokens;
      const { sub } = tokens.claims();
      const userinfo = (DPoP) => client.fetchUserInfo(bank.config, access_token, sub, { DPoP });
      for (const [what, proof] of [
        ['no ath', claims(() => ({ ath: undefined }))],
        ['ath of another token', claims(() => ({ ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' }))],
        ['another method', claims(() => ({ htm: 'POST' }))],
      ]) {
        await refused(userinfo((await byKey(surroundings, { pair, proof })).DPoP), what, isUnauthorized);
      }
      await refused(userinfo((await byKey(surroundings)).DPoP), 'another key', isUnauthorized);
      await refused(userinfo(undefined), 'as a bearer token', isUnauthorized);

      const { userinfo_endpoint } = bank.config.serverMetadata();
      const authorization = `DPoP ${access_token}`;
      const unproven = await raw(userinfo_endpoint, { headers: { authorization } });
      holds([400, 401].includes(unproven.status), `without a proof: ${unproven.status}`);
      const { status, headers } = await raw(userinfo_endpoint, { headers: { authorization, dpop: 'rubbish' } });
      same(status, 401, 'status with rubbish for a proof');
      const challenge = headers.get('www-authenticate');
      holds(/^DPoP .*error="invalid_dpop_proof"/.test(challenge) && /algs="[^"]*ES256/.test(challenge), challenge);
      holds(headers.has('date'), 'no Date');
      const inAddress = await raw(`${userinfo_endpoint}?access_token=${access_token}`);
      holds([400, 401].includes(inAddress.status), `in the address: ${inAddress.status}`);
      same((await userinfo(bank.DPoP)).sub, sub, 'sub');
    },
  ],
  [
    'a client that proves itself may renew with another key, which the token is then bound to (DP-06)',
    async (surroundings) => {
      const bank = await byKey(surroundings);
      const tokens = await (await granted(surroundings, bank)).redeem();
      const other = await byKey(surroundings);
      const renewed = await client.refreshTokenGrant(other.config, tokens.refresh_token, undefined, { DPoP: other.DPoP });
      const { sub } = tokens.claims();
      const userinfo = ({ config, DPoP }) => client.fetchUserInfo(config, renewed.access_token, sub, { DPoP });
      same((await userinfo(other)).sub, sub, 'sub');
      await refused(userinfo(bank), 'the former key', isUnauthorized);
    },
  ],
  [
    'a token bound to a certificate is of no use without it (F2-03, F2-16)',
    async (surroundings) => {
      const bank = await byCertificate(surroundings);
      const tokens = await (await granted(surroundings, bank)).redeem();
      const { sub } = tokens.claims();
      for (const shown of [{}, surroundings.deployment.stranger]) {
        const { config } = await byCertificate(surroundings, shown);
        await refused(client.fetchUserInfo(config, tokens.access_token, sub), 'another certificate or none', isUnauthorized);
        await refused(client.refreshTokenGrant(config, tokens.refresh_token), 'a refresh without it', isInvalidClient);
      }
      same((await client.fetchUserInfo(bank.config, tokens.access_token, sub)).sub, sub, 'sub');
    },
  ],
  [
    "scripts of a client's own page may send proofs (DP-13)",
    async (surroundings) => {
      const { config } = await byKey(surroundings);
      const [page] = surroundings.deployment.client('single-page').redirect_uris;
      const headers = {
        origin: new URL(page).origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'dpop',
      };
      const answer = await raw(config.serverMetadata().token_endpoint, { method: 'OPTIONS', headers });
      holds(/dpop/i.test(answer.headers.get('access-control-allow-headers')), 'the header DPoP is not allowed');
    },
  ],
];

await run('openid-client, FAPI 2.0', checks);
