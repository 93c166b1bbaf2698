// What clients prove themselves with: keys, and certificates in the handshake.

import { readFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';

import { Agent, fetch } from 'undici';

const ES256 = { name: 'ECDSA', namedCurve: 'P-256' };

/** Returns the private key of a JWK. */
export async function signingKey({ kid, ...jwk }) {
  return { kid, key: await webcrypto.subtle.importKey('jwk', jwk, ES256, false, ['sign']) };
}

/** Returns the private key of an RSA JWK, for RS256. */
export async function rsaKey({ kid, ...jwk }) {
  const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  return { kid, key: await webcrypto.subtle.importKey('jwk', jwk, RS256, false, ['sign']) };
}

/** Returns a key that nobody registered, under a name that somebody did. */
export async function strangersKey({ kid }) {
  return { kid, key: (await webcrypto.subtle.generateKey(ES256, false, ['sign', 'verify'])).privateKey };
}

/** Fetches with a certificate, or with none; the authority is the deployment's. */
export function fetchWith({ deployment }, { cert, key } = {}) {
  const pem = (path) => path && readFileSync(path);
  const connect = { ca: pem(deployment.authority), cert: pem(cert), key: pem(key) };
  const dispatcher = new Agent({ connect });
  return (url, options) => fetch(url, { ...options, dispatcher });
}
