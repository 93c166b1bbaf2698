// The clients that need more than a secret: keys, certificates, another issuer's word. Made anew for every run.
// Their metadata has the names of RFC 7591, by which both the control and Portreeve take it; what the checks need beside it,
// such as the private keys, is in the description.

import { execFileSync } from 'node:child_process';
import { X509Certificate, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where nobody listens: the driver stops before it goes there. */
export const redirectUri = 'https://127.0.0.1:9/callback';
/** The audiences of the APIs. */
export const orders = 'https://orders.example';
export const stock = 'https://stock.example';
/** Its payments are granted one by one (RFC 9396). */
export const bank = 'https://bank.example';
export const mcp = 'https://mcp.example/mcp';
/** An issuer whose assertions about people are believed. */
export const otherIssuer = 'https://idp.example';

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** What a key is for, as a JWK says it. */
export const signing = { kid: 'signing', use: 'sig', alg: 'ES256' };
export const encryption = { kid: 'encryption', use: 'enc', alg: 'ECDH-ES' };

/** Returns a new key pair as JWKs. */
export function keyPair(purpose) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const named = (key) => ({ ...key.export({ format: 'jwk' }), ...purpose });
  return { private: named(privateKey), public: named(publicKey) };
}

/** Returns a new RSA key pair as JWKs, for any algorithm of such keys. */
function rsaKeyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const named = (key) => ({ ...key.export({ format: 'jwk' }), kid: 'rsa', use: 'sig' });
  return { private: named(privateKey), public: named(publicKey) };
}

/** Returns the JWK that registers a certificate. */
function certified(pem) {
  const certificate = new X509Certificate(pem);
  return { ...createPublicKey(pem).export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] };
}

/** Makes certificates in `folder` and returns who takes part; an application will listen at `port` of localhost. */
export function makeCast(folder, port) {
  execFileSync(fileURLToPath(new URL('certificates', import.meta.url)), [folder], { stdio: 'inherit' });
  const file = (name) => join(folder, name);
  const [signer, reader, idp] = [keyPair(signing), keyPair(encryption), keyPair(signing)];
  const rsa = rsaKeyPair();
  const signed = { id_token_signed_response_alg: 'ES256' };
  const web = {
    ...signed,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
  };
  const machine = (...grant_types) => ({ ...signed, grant_types, response_types: [], redirect_uris: [] });
  const secret = () => ({
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: randomBytes(32).toString('base64url'),
  });
  const application = `https://localhost:${port}`;
  const clients = [
    {
      ...web,
      client_id: 'signing-web',
      token_endpoint_auth_method: 'private_key_jwt',
      request_object_signing_alg: 'ES256',
      jwks: { keys: [signer.public] },
    },
    {
      ...web,
      client_id: 'sealed-web',
      token_endpoint_auth_method: 'private_key_jwt',
      request_object_signing_alg: 'ES256',
      id_token_encrypted_response_alg: encryption.alg,
      jwks: { keys: [signer.public, reader.public] },
    },
    {
      ...web,
      client_id: 'certified-web',
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_san_dns: 'client.example',
      tls_client_certificate_bound_access_tokens: true,
    },
    {
      ...machine('client_credentials'),
      client_id: 'self-certified',
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      tls_client_certificate_bound_access_tokens: true,
      jwks: { keys: [certified(readFileSync(file('self-signed.pem')))] },
    },
    // FAPI 2.0: one proves itself and its tokens by keys, the other by a certificate.
    {
      ...web,
      client_id: 'bank-by-key',
      profile: 'fapi2',
      token_endpoint_auth_method: 'private_key_jwt',
      dpop_bound_access_tokens: true,
      jwks: { keys: [signer.public, rsa.public] },
    },
    {
      ...web,
      client_id: 'bank-by-certificate',
      profile: 'fapi2',
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_san_dns: 'client.example',
      tls_client_certificate_bound_access_tokens: true,
    },
    // Its port is another at every start (RFC 8252 §7.3).
    {
      ...web,
      client_id: 'mcp-native',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
    },
    {
      ...web,
      ...secret(),
      client_id: 'application',
      authorization_details_types: ['payment'],
      redirect_uris: [`${application}/callback`],
      backchannel_logout_uri: `${application}/backchannel-logout`,
      backchannel_logout_session_required: true,
    },
    // The same origin as the application's, at another time: a page whose script is the client.
    {
      ...web,
      client_id: 'single-page',
      token_endpoint_auth_method: 'none',
      redirect_uris: [`${application}/`],
      post_logout_redirect_uris: [`${application}/`],
    },
    // Its person is at a terminal, and at a browser elsewhere.
    {
      ...machine(DEVICE, 'refresh_token'),
      ...secret(),
      client_id: 'terminal',
    },
  ];
  // Of grants that the control does not have.
  const grants = [
    { ...web, ...secret(), client_id: 'orders-web' },
    {
      ...machine(TOKEN_EXCHANGE),
      ...secret(),
      client_id: 'orders-api',
      exchanges: [{ from: [orders], to: [stock] }],
    },
    { ...machine(JWT_BEARER), ...secret(), client_id: 'agent' },
  ];
  return {
    ca_file: file('ca.pem'),
    server: { cert: file('server.pem'), key: file('server.key') },
    users: ['ada@example.com', 'bea@example.com'].map((email) => ({
      email,
      password: randomBytes(16).toString('base64url'),
    })),
    clients,
    grants,
    trusted_issuer: { issuer: otherIssuer, subject: '00u1a2b3', public_jwk: idp.public, private_jwk: idp.private },
    // By client: what it proves itself with.
    proofs: {
      application: { port, cert: file('server.pem'), key: file('server.key') },
      'single-page': { port, cert: file('server.pem'), key: file('server.key') },
      'signing-web': { private_jwk: signer.private },
      'sealed-web': { private_jwk: signer.private, decryption_jwk: reader.private },
      'bank-by-key': { private_jwk: signer.private, rsa_jwk: rsa.private },
      'bank-by-certificate': { cert: file('issued.pem'), key: file('issued.key') },
      'certified-web': { cert: file('issued.pem'), key: file('issued.key') },
      'self-certified': { cert: file('self-signed.pem'), key: file('self-signed.key') },
    },
    stranger: { cert: file('stranger.pem'), key: file('stranger.key') },
  };
}

/** Returns what the checks read: the cast at an issuer, each client with its proof. */
export function describe(issuer, { ca_file, users, clients, trusted_issuer, proofs, stranger }) {
  const proven = clients.map((client) => ({ ...client, ...proofs[client.client_id] }));
  return JSON.stringify({ issuer, ca_file, users, clients: proven, trusted_issuer, stranger }, null, 2);
}
