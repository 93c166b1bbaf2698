// Checks a signed identity as an application behind the gateway would: with the npm package jose and the published keys.
//
//   node signed_identity.mjs CHECK      CHECK: JSON with jwt, keys (a JWK set), issuer, audience
//
// Prints the claims as JSON; fails when the identity is not to be believed.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const packages = createRequire(new URL('../clients/package.json', import.meta.url));
const { createLocalJWKSet, jwtVerify } = await import(pathToFileURL(packages.resolve('jose')).href);

const { jwt, keys, issuer, audience } = JSON.parse(process.argv[2]);
const { payload } = await jwtVerify(jwt, createLocalJWKSet(keys), {
  algorithms: ['ES256'],
  audience,
  issuer,
  requiredClaims: ['sub', 'iat', 'exp'],
  typ: 'identity+jwt',
});
console.log(JSON.stringify(payload));
