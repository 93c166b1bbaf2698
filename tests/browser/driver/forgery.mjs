// Answers to questions for a passkey that are wrong in one place and right everywhere else: what was changed is signed again
// with the passkey's own key, so that nothing but the change can be what is refused.

import { createHash, createPrivateKey, sign } from 'node:crypto';

import { issuer } from './deployment.mjs';

/** Flags of authenticator data (Web Authentication §6.1). */
export const USER_PRESENT = 0x01;
export const USER_VERIFIED = 0x04;

const HASH_BYTES = 32;
const sha256 = (data) => createHash('sha256').update(data).digest();
const decoded = (text) => Buffer.from(text, 'base64url');
const encoded = (data) => Buffer.from(data).toString('base64url');
const OWN_HOST = sha256(new URL(issuer).hostname);

/** Changes members of the client data. */
export function withClientData(changes) {
  return (answer) => {
    const told = JSON.parse(decoded(answer.response.clientDataJSON));
    return changed(answer, { clientDataJSON: encoded(JSON.stringify({ ...told, ...changes })) });
  };
}

/** Clears a flag of the authenticator data. */
export function without(flag) {
  return (answer) => withAuthenticatorData(answer, (data) => (data[HASH_BYTES] &= ~flag));
}

/** Makes the answer one for another host. */
export function forHost(host) {
  return (answer) => withAuthenticatorData(answer, (data) => sha256(host).copy(data));
}

/** Signs an answer again, as the authenticator that holds `passkey` would. */
export function signedAgain(answer, passkey) {
  const { authenticatorData, clientDataJSON } = answer.response;
  const key = createPrivateKey({ key: Buffer.from(passkey.privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  const message = Buffer.concat([decoded(authenticatorData), sha256(decoded(clientDataJSON))]);
  return changed(answer, { signature: encoded(sign('sha256', message, key)) });
}

/** Makes the signature one of another message. */
export function ofAnotherMessage(answer) {
  const signature = decoded(answer.response.signature);
  signature[signature.length - 1] ^= 1;
  return changed(answer, { signature: encoded(signature) });
}

function withAuthenticatorData(answer, change) {
  const member = answer.response.authenticatorData ? 'authenticatorData' : 'attestationObject';
  const bytes = decoded(answer.response[member]);
  // In the CBOR of an attestation, too, it begins with the hash of the host.
  change(bytes.subarray(bytes.indexOf(OWN_HOST)));
  return changed(answer, { [member]: encoded(bytes) });
}

function changed(answer, members) {
  return { ...answer, response: { ...answer.response, ...members } };
}
